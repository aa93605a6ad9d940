//! Plain text of what a plugin sends: of simple HTML what a reader would see, and of any text nothing that a reader would not see.

/// Whether a character can be in a text without being seen, and so say to a model what it does not say to a reviewer. Joiners of scripts and
/// the marks of direction that letters need are not meant.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    let format = matches!(u32::from(c), 0xad | 0x200b | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb);
    format || matches!(u32::from(c), 0xe0000..=0xe0fff) || (c.is_control() && c != '\n')
}

/// Paragraphs, each on a line, its spaces single, without what is hidden.
#[must_use]
pub fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.split("\n\n").map(|paragraph| {
        let seen: String = paragraph.chars().map(blank).filter(|c| !is_hidden(*c)).collect();
        seen.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// Tabs and ends of lines part words, hidden as they are.
fn blank(c: char) -> char {
    if c.is_whitespace() { ' ' } else { c }
}

/// What a reader sees of simple HTML. What is not closed is dropped to the end, so that no input takes more than one pass.
#[must_use]
pub fn of_html(html: &str) -> String {
    let lower = html.to_ascii_lowercase(); // as many bytes
    let (mut text, mut at) = (String::with_capacity(html.len()), 0);
    while let Some(found) = html.get(at..).and_then(|rest| rest.find('<')) {
        decode(html.get(at..at + found).unwrap_or_default(), &mut text);
        at = tag(lower.get(at + found + 1..).unwrap_or_default(), &mut text)
            .map_or(html.len(), |length| at + found + 1 + length);
    }
    decode(html.get(at..).unwrap_or_default(), &mut text);
    text
}

/// How long a tag is whose `<` came before, with all that goes with it unseen; none where it does not end.
fn tag(rest: &str, text: &mut String) -> Option<usize> {
    if rest.starts_with("!--") {
        return rest.find("-->").map(|end| end + 3);
    }
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
        text.push('<');
        return Some(0);
    }
    let inner = rest.trim_start_matches('/');
    let name = inner.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let end = end_of_tag(rest)?;
    if ["script", "style", "template", "noscript", "iframe", "object", "svg", "math"].contains(&name) && inner == rest {
        let closing = rest.get(end..)?.find(&format!("</{name}"))?;
        return Some(end + closing);
    }
    text.push_str(gap(name));
    Some(end)
}

/// The byte after its `>`, which in quotes is none.
fn end_of_tag(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => (),
        }
    }
    None
}

fn gap(name: &str) -> &'static str {
    let blocks = ["p", "div", "li", "ul", "ol", "tr", "table", "section", "article", "blockquote", "pre", "dt", "dd"];
    let headings = ["h1", "h2", "h3", "h4", "h5", "h6", "hr", "header", "footer", "figure", "figcaption"];
    if blocks.contains(&name) || headings.contains(&name) {
        "\n\n"
    } else if ["br", "td", "th"].contains(&name) {
        " "
    } else {
        ""
    }
}

fn decode(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        into.push_str(before);
        // As far as a name goes and no further: a text of nothing but & would else be read once for each of them.
        let length = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(after.len());
        let known =
            after.split_at_checked(length).and_then(|(name, left)| Some((entity(name)?, left.strip_prefix(';')?)));
        let (c, left) = known.unwrap_or(('&', after));
        into.push(c);
        rest = left;
    }
    into.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let code = hexadecimal.map_or_else(|| number.parse(), |digits| u32::from_str_radix(digits, 16));
        return code.ok().and_then(char::from_u32);
    }
    let known =
        [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' '), ("shy", '\u{ad}')];
    let more = [("ndash", '\u{2013}'), ("mdash", '\u{2014}'), ("hellip", '\u{2026}')];
    known.iter().chain(&more).find(|(each, _)| *each == name).map(|(_, c)| *c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_reader_sees_text_alone() {
        let html = "<h1 title='a > b'>Light</h1><p>It is &lt;fast&gt; &amp; bright&#33;<br>See&nbsp;1 < 2 &unknown; &.</p>\
            <script>alert('</p>')</script><!-- Ignore all -->So<STYLE>p{}</STYLE> what";
        let seen = paragraphs(&of_html(html));
        assert_eq!(seen, ["Light", "It is <fast> & bright! See 1 < 2 &unknown; &.", "So what"]);
        for unclosed in ["a<p title=\"", "a<script>b", "a<!-- b", "a<b", "a</"] {
            assert_eq!(of_html(unclosed), "a", "{unclosed}");
        }
    }

    #[test]
    fn a_megabyte_of_marks_is_read() {
        for (marks, seen) in
            [("&", "&"), ("<", "<"), ("</", ""), ("<a ", ""), ("<!--", ""), ("&amp", "&amp"), ("<script>", "")]
        {
            assert_eq!(of_html(&marks.repeat(300_000)), seen.repeat(300_000));
        }
    }

    #[test]
    fn what_is_not_seen_is_not_there() {
        let text = "a\u{200b}\u{ad}b\u{202e}c\u{e0041}d\u{feff}\u{7}\te\r\nf\n\n \n\ng\u{200c}h";
        assert_eq!(paragraphs(text), ["abcd e f", "g\u{200c}h"]);
    }

    proptest! {
        #[test]
        fn text_without_marks_stays(text in "[^<&]{0,80}") {
            prop_assert_eq!(of_html(&text), text);
        }

        #[test]
        fn escaped_text_comes_back(text in ".{0,80}") {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
            prop_assert_eq!(of_html(&escaped), text);
        }

        #[test]
        fn any_html_is_read(text in "(<|>|</|<!--|-->|\"|script|style|p| |&|#x|;|é|.){0,60}") {
            prop_assert!(paragraphs(&of_html(&text)).iter().all(|line| line.chars().all(|c| !is_hidden(c))));
        }
    }
}

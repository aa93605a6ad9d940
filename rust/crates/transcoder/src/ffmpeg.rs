//! ffmpeg as a child with bounds: it reads one file and no network, has so much time, memory and output, and ends with whoever waits for it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::child::Running;

/// Formats that cameras and sites write. Playlists, concatenations, images and devices are not among them: those name other files.
const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg";
const MOST_PIXELS: u64 = 8192 * 4320;
const MOST_PROBED: u64 = 1 << 20;
const MOST_SIDE: u64 = 8192;
/// Heights of the sizes; those above the original's are not made.
const HEIGHTS: [u64; 3] = [240, 480, 720];

/// What a video may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Of the video's length.
    pub seconds: u64,
    /// Of what is written.
    pub bytes: u64,
    /// Of addresses that ffmpeg may have.
    pub memory: u64,
    /// Of ffmpeg's.
    pub threads: u32,
}

/// What is known of a video.
#[derive(Debug, PartialEq)]
pub struct Video {
    seconds: f64,
    height: u64,
}

#[derive(Deserialize)]
struct Probed {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    codec_type: String,
    #[serde(default)]
    width: u64,
    #[serde(default)]
    height: u64,
}

#[derive(Default, Deserialize)]
struct Format {
    #[serde(default)]
    duration: String,
}

impl Bounds {
    /// The program, under limits of the kernel, with nothing of our environment.
    fn command(&self, program: &str, time: Duration, folder: &Path) -> Command {
        let mut command = Command::new("prlimit");
        let processor = time.as_secs() * u64::from(self.threads);
        command
            .arg(format!("--as={}", self.memory))
            .arg(format!("--fsize={}", self.bytes))
            .arg(format!("--cpu={processor}"))
            .args(["--core=0", "--nofile=64", program])
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", "/nonexistent")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn input(command: &mut Command, original: &Path) {
        command.args(["-v", "error", "-protocol_whitelist", "file", "-format_whitelist", FORMATS]);
        command.arg("-i").arg(format!("file:{}", original.display()));
    }

    /// Look at a video, and refuse what is none or too much.
    ///
    /// # Errors
    /// Why it is refused, in words for the caller.
    pub async fn probe(&self, original: &Path, folder: &Path) -> Result<Video, String> {
        let time = Duration::from_secs(30);
        let mut command = self.command("ffprobe", time, folder);
        command.args(["-show_entries", "format=duration:stream=codec_type,width,height", "-of", "json"]);
        Self::input(&mut command, original);
        let mut running = Running::of(command.stdout(Stdio::piped())).map_err(|error| error.to_string())?;
        let looked = async {
            let mut text = Vec::new();
            running.output()?.take(MOST_PROBED).read_to_end(&mut text).await?;
            running.wait().await.map(|status| Some(text).filter(|_| status.success()))
        };
        let done = tokio::time::timeout(time, looked).await.map_err(|_| "looking at it takes too long")?;
        let found = done.map_err(|error| error.to_string())?;
        let probed = found.and_then(|text| serde_json::from_slice::<Probed>(&text).ok());
        self.judge(&probed.ok_or("this is no video that is known here")?)
    }

    fn judge(&self, probed: &Probed) -> Result<Video, String> {
        let picture = probed.streams.iter().find(|stream| stream.codec_type == "video");
        let picture = picture.ok_or("there is no picture in it")?;
        let (width, height) = (picture.width, picture.height);
        if width == 0 || height == 0 || width > MOST_SIDE || height > MOST_SIDE || width * height > MOST_PIXELS {
            return Err(format!("its pictures are {width} by {height}"));
        }
        let seconds =
            probed.format.duration.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds > 0.0);
        let seconds = seconds.ok_or("it does not say how long it is")?;
        #[expect(clippy::cast_precision_loss, reason = "a setting of at most 43,200")]
        let most = self.seconds as f64;
        if seconds > most {
            return Err(format!("it is longer than {} minutes", self.seconds / 60));
        }
        Ok(Video { seconds, height })
    }

    /// Make HLS in all sizes: for each a playlist and one file of fragmented MP4, whose ranges are its parts.
    ///
    /// # Errors
    /// Why it was not made.
    pub async fn convert(&self, original: &Path, video: &Video, folder: &Path) -> Result<(), String> {
        let time = time(video);
        let mut command = self.command("ffmpeg", time, folder);
        command.args(["-nostdin", "-y", "-threads", &self.threads.to_string()]);
        Self::input(&mut command, original);
        let heights = heights(video);
        for height in &heights {
            self.encode(&mut command, *height);
            command.args(["-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]);
            command.args(["-hls_flags", "single_file", "-hls_segment_filename", &format!("{height}p.mp4")]);
            command.arg(format!("{height}p.m3u8"));
        }
        let mut running = Running::of(&mut command).map_err(|error| error.to_string())?;
        let done = tokio::time::timeout(time, running.wait()).await;
        let status = done.map_err(|_| "it takes too long")?.map_err(|error| error.to_string())?;
        if !status.success() {
            return Err("ffmpeg could not read it to its end within its bounds".to_owned());
        }
        tokio::fs::write(folder.join("master.m3u8"), master(&heights)).await.map_err(|error| error.to_string())
    }

    fn encode(&self, command: &mut Command, height: u64) {
        let seconds = self.seconds.to_string();
        command.args(["-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1", "-t", &seconds]);
        command.args([
            "-vf",
            &format!("scale=-2:{height}:flags=bicubic,format=yuv420p"),
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
        ]);
        command.args([
            "-threads",
            &self.threads.to_string(),
            "-profile:v",
            "main",
            "-force_key_frames",
            "expr:gte(t,n_forced*6)",
        ]);
        command.args(["-b:v", &bits(height), "-maxrate", &bits(height), "-bufsize", &bits(height)]);
        command.args(["-c:a", "aac", "-ac", "2", "-b:a", "96k"]);
    }

    /// Make one size as it is watched: fragmented MP4 on the child's output.
    ///
    /// # Errors
    /// Where ffmpeg does not start.
    pub fn stream(&self, original: &Path, video: &Video, folder: &Path) -> Result<(Running, Duration), String> {
        let time = time(video);
        let mut command = self.command("ffmpeg", time, folder);
        command.arg("-nostdin");
        Self::input(&mut command, original);
        self.encode(&mut command, heights(video).last().copied().unwrap_or(240).min(480));
        command.args(["-f", "mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "pipe:1"]);
        let child = Running::of(command.stdout(Stdio::piped())).map_err(|error| error.to_string())?;
        Ok((child, time))
    }
}

/// Bytes that all sizes of a video take, and a tenth more.
#[must_use]
pub fn bytes(video: &Video) -> u64 {
    let kilobits: u64 = heights(video).iter().map(|height| height * 5 / 2 + 96).sum();
    (Duration::from_secs_f64(video.seconds.clamp(0.0, 86_400.0)).as_secs() + 1) * kilobits * 1100 / 8
}

/// Wall time for a video of that length: even a slow machine makes it in six times its length.
fn time(video: &Video) -> Duration {
    Duration::from_secs(60) + Duration::from_secs_f64(video.seconds.clamp(0.0, 86_400.0) * 6.0)
}

/// The sizes that are not larger than the original; the smallest at least.
fn heights(video: &Video) -> Vec<u64> {
    let fit: Vec<_> = HEIGHTS.into_iter().filter(|height| *height <= video.height).collect();
    if fit.is_empty() { HEIGHTS.into_iter().take(1).collect() } else { fit }
}

fn bits(height: u64) -> String {
    format!("{}k", height * 5 / 2)
}

fn master(heights: &[u64]) -> String {
    let each = |height: &u64| format!("#EXT-X-STREAM-INF:BANDWIDTH={}\n{height}p.m3u8\n", (height * 5 / 2 + 96) * 1100);
    format!("#EXTM3U\n#EXT-X-VERSION:7\n{}", heights.iter().map(each).collect::<Vec<_>>().concat())
}

/// Whether the programs are there.
///
/// # Errors
/// Which one is not.
pub async fn programs() -> Result<(), String> {
    for (program, argument) in [("prlimit", "--version"), ("ffmpeg", "-version"), ("ffprobe", "-version")] {
        let found = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
        if !found.is_ok_and(|status| status.success()) {
            return Err(format!("{program} is not installed"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Result<Video, String> {
        let bounds = Bounds { seconds: 60, bytes: 1, memory: 1, threads: 1 };
        serde_json::from_str::<Probed>(text).map_err(|error| error.to_string()).and_then(|probed| bounds.judge(&probed))
    }

    #[test]
    fn what_is_no_video_or_too_much_is_refused() {
        let good = r#"{"streams":[{"codec_type":"audio"},{"codec_type":"video","width":640,"height":360}],"format":{"duration":"5.0"}}"#;
        assert_eq!(judged(good), Ok(Video { seconds: 5.0, height: 360 }));
        assert_eq!(judged(good).map(|video| heights(&video)), Ok(vec![240]));
        for (from, to) in
            [("360", "99999"), ("640", "0"), ("5.0", "61"), ("5.0", "N/A"), ("5.0", "inf"), ("\"video\"", "\"data\"")]
        {
            assert!(judged(&good.replace(from, to)).is_err(), "{from} as {to}");
        }
        assert!(judged("{}").is_err());
    }
}

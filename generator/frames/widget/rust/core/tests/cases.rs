//! The cases that PHP and the browser are held to, too.

use @component@_core::needed;

#[test]
fn each_case_is_as_the_table_says() {
    let table = include_str!("../../../tests/cases.csv");
    let mut cases = 0;
    for line in table.lines().skip(1) {
        let numbers: Vec<Option<i32>> = line.split(',').map(|number| number.parse().ok()).collect();
        let &[Some(current), Some(weight), Some(goal), expected] = numbers.as_slice() else { unreachable!("{line}") };
        assert_eq!(needed(current, weight, goal), expected, "{line}");
        cases += 1;
    }
    assert!(cases > 10);
}

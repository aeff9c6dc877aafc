use super::*;

const NOW: Millis = Millis(1_795_000_000_000);

#[test]
fn the_same_every_time() {
    let all = conversations(NOW);
    assert_eq!(all.len(), plan::COUNT);
    assert_eq!(all, conversations(NOW));
    assert!(reviews(&all).len() > 20);
}

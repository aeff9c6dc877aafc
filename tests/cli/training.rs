//! Training data for Rasa: what comes out of the commands.

use insta::assert_snapshot;

use super::world::World;

#[test]
fn a_conversation_is_a_story_up_to_an_event() {
    let world = World::new();
    assert_snapshot!(world.run("show anna --story"));
    assert_snapshot!(world.run("show anna --story --at 7"));
}

//! Training data for Rasa: what comes out of the commands.

use insta::assert_snapshot;

use super::world::World;

#[test]
fn a_conversation_is_a_story_up_to_an_event() {
    let world = World::new();
    assert_snapshot!(world.run("show anna --story"));
    assert_snapshot!(world.run("show anna --story --at 7"));
}

#[test]
fn an_export_is_training_data() {
    let world = World::new();
    assert_snapshot!(world.run("export --as nlu"));
    assert_snapshot!(world.run("export --as nlu --predicted"));
    assert_snapshot!(world.run("export --as stories"));
    world.stdout(&["flag", "anna:7"]);
    assert_snapshot!(world.run("export user_messages>0 --as tests"));
}

#[test]
fn the_same_export_is_the_same_file() {
    let world = World::new();
    for output in ["nlu --predicted", "stories", "tests"] {
        let first = world.run(&format!("export --as {output}"));
        assert_eq!(world.run(&format!("export --as {output}")), first);
        // The order of the conversations is not that of the examples.
        if output.starts_with("nlu") {
            let turned = world.run(&format!("export --as {output} --sort messages --reverse"));
            assert_eq!(turned, first);
        }
    }
}

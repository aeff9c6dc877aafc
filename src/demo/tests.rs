use std::collections::BTreeMap;

use super::*;

#[test]
fn every_scenario_plays_in_english_and_enough_in_the_other_languages() {
    let worlds = assets::worlds().unwrap_or_else(|e| panic!("{e}"));
    for world in &worlds {
        let source = &world.domain.source;
        for (place, pack) in world.packs.iter().enumerate() {
            let mut able = 0;
            let mut lacking = BTreeMap::new();
            for scenario in &world.domain.scenarios {
                let missing = script::missing(&scenario.script, &world.domain, pack);
                if missing.is_empty() {
                    able += 1;
                } else {
                    lacking.insert(scenario.name.clone(), missing);
                }
            }
            assert!(able >= 12, "{source} {}: {lacking:?}", pack.language);
            assert!(place > 0 || lacking.is_empty(), "{source}: {lacking:?}");
        }
    }
}

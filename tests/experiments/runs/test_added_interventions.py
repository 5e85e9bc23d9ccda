"""What is added to a scenario is in the manifest and in what the page exports: both build the same world again."""

import json

from stupror.experiments.runs.run_folder import scenario_manifest, scenario_of
from stupror.experiments.view.opening import Opening
from stupror.experiments.view.worlds.settings import scenario_toml
from stupror.model.inputs.scenario import load_scenario

COURSE = """
like  = "parenting"
title = "Our course"
owner = { value = "education", source = "test" }
cost  = { value = 5_200, source = "test" }
"""


def test_manifest_and_exported_file_build_the_same_scenario_again(tmp_path):
    file = tmp_path / "our-course.toml"
    file.write_text(COURSE, encoding="utf-8")
    spec = load_scenario(None, [file])
    manifest = {"scenario": json.loads(json.dumps(scenario_manifest(spec)))}
    assert scenario_of(manifest, tmp_path).hash() == spec.hash() != load_scenario().hash()
    exported = tmp_path / "exported.toml"
    opened = Opening(interventions=[str(file)], design="municipal-fund")
    exported.write_text(scenario_toml(opened.settings), encoding="utf-8")
    assert load_scenario(exported).hash() == spec.hash()
    assert load_scenario(exported).interventions[-1].title == "Our course"

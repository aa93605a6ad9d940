"""What features add to config.php, run by PHP with the environment that their full example gives to the pods."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.php import need, php

FEATURES = ROOT / "overlays" / "features"
FILES = sorted(ROOT.glob("overlays/**/*.php"))
RUN = r"""
$secret = fn($path) => "secret of $path";
$webroot = $root = getenv('MOODLE_CODE_ROOT');
$CFG = new stdClass();
require $argv[1];
echo json_encode($CFG);
"""


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_php_can_read_every_file(file: Path) -> None:
    need()
    done = php("-l", file)
    assert done.returncode == 0, done.stdout


@lru_cache
def environment(feature: str, example: str) -> dict[str, str]:
    golden = FEATURES / feature / "examples" / f"{example}.golden.yaml"
    (found,) = (
        item["data"]
        for item in yaml.safe_load_all(golden.read_bytes())
        if item["kind"] == "ConfigMap" and item["metadata"]["name"].startswith("moodle-env-")
    )
    data: dict[str, str] = found
    return data


def config(feature: str, *arguments: str, example: str = "full", **more: str) -> dict[str, Any]:
    """`$CFG` as the feature's piece of config.php leaves it; arguments are those of the script that Moodle was started by."""
    need()
    file = FEATURES / feature / f"config.d.{feature}.php"
    prelude = f"$_SERVER['argv'] = {json.dumps(arguments)};" if arguments else ""
    done = php("-r", prelude + RUN, "--", file, **{**environment(feature, example), **more})
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_files_are_in_the_bucket_within_minutes_and_never_deleted_there() -> None:
    found = config("objectfs", MOODLE_OBJECTFS_REMOVE_LOCAL="true")
    assert found["alternative_file_system_class"] == r"\tool_objectfs\s3_file_system"
    forced = found["forced_plugin_settings"]["tool_objectfs"]
    assert {key: forced[key] for key in ("sizethreshold", "minimumage", "deleteexternal", "enabletasks")} == {
        "sizethreshold": 0,
        "minimumage": 0,
        "deleteexternal": 0,
        "enabletasks": 1,
    }
    assert (forced["key_prefix"], forced["consistencydelay"], forced["deletelocal"]) == ("sites/acme/", 604800, 1)
    assert forced["s3_key"] == "secret of moodle/acme-files-key"
    assert forced["s3_secret"] == "secret of moodle/acme-files-secret"
    assert config("objectfs", example="minimal")["forced_plugin_settings"]["tool_objectfs"]["deletelocal"] == 0


def test_with_the_pods_own_identity_no_key_is_read() -> None:
    forced = config("objectfs", MOODLE_OBJECTFS_CREDENTIALS="workload")["forced_plugin_settings"]["tool_objectfs"]
    assert (forced["s3_usesdkcreds"], forced["s3_key"], forced["s3_secret"]) == (1, "", "")


def test_while_moodle_is_installed_files_stay_on_the_volume() -> None:
    assert "alternative_file_system_class" not in config("objectfs", "install_database.php")


def test_mail_reaches_people_in_one_environment_alone() -> None:
    other = {"MOODLE_ENVIRONMENT": "staging"}
    assert config("mail", example="minimal")["noemailever"] is False
    assert config("mail", example="minimal")["divertallemailsto"] == ""
    assert config("mail", example="minimal", **other)["noemailever"] is True
    diverted = config("mail", **other)
    assert (diverted["noemailever"], diverted["divertallemailsto"]) == (False, "testers@acme.edu")
    assert diverted["divertallemailsexcept"] == r"ann@acme\.edu,ben@acme\.edu"


def test_mail_goes_by_the_server_that_the_tenant_names() -> None:
    full, least = config("mail"), config("mail", example="minimal")
    assert (full["smtphosts"], full["smtpsecure"]) == ("smtp.acme.edu:465", "ssl")
    assert (full["smtpuser"], full["smtppass"]) == ("moodle@acme.edu", "secret of moodle/acme-smtp-password")
    assert (least["smtphosts"], least["smtpsecure"], least["smtppass"]) == ("smtp.acme.edu:587", "tls", "")
    assert least["noreplyaddress"] == "noreply@learn.sample.example.org"


def test_each_pod_has_a_list_of_plugins_of_its_own_unless_the_image_has_them_all(tmp_path: Path) -> None:
    assert config("plugins")["alternative_component_cache"] == "/tmp/core_component.php"
    (tmp_path / "image").mkdir()
    (tmp_path / "code").symlink_to(tmp_path / "image")
    assert config("plugins", MOODLE_CODE_ROOT=str(tmp_path / "code")) in ([], {})


def test_every_upload_is_scanned_and_nobody_can_switch_that_off() -> None:
    found = config("antivirus")
    assert found["antiviruses"] == "clamav"
    scanner = found["forced_plugin_settings"]["antivirus_clamav"]
    assert (scanner["runningmethod"], scanner["tcpsockethost"], scanner["tcpsocketport"]) == (
        "tcpsocket",
        "clamav",
        3310,
    )
    assert (scanner["clamfailureonupload"], found["forced_plugin_settings"]["antivirus"]["enablequarantine"]) == (
        "actlikevirus",
        0,
    )
    least = config("antivirus", example="minimal")["forced_plugin_settings"]
    assert (least["antivirus_clamav"]["clamfailureonupload"], least["antivirus"]["enablequarantine"]) == ("tryagain", 1)


def test_search_is_by_the_database_unless_another_feature_brings_an_engine() -> None:
    found = config("search")
    assert (found["enableglobalsearch"], found["searchengine"], found["searchincludeallcourses"]) == (1, "simpledb", 1)
    assert config("search", MOODLE_SEARCH_ENGINE="solr")["searchengine"] == "solr"
    assert environment("search-solr", "full")["MOODLE_SEARCH_ENGINE"] == "solr"


def test_solr_is_asked_with_the_tenants_own_index_and_password() -> None:
    found = config("search-solr")["forced_plugin_settings"]["search_solr"]
    assert (found["server_hostname"], found["server_port"], found["secure"]) == ("solr.example.edu", 8443, 1)
    assert (found["indexname"], found["server_password"]) == ("acme", "secret of moodle/acme-solr-password")
    least = config("search-solr", example="minimal")["forced_plugin_settings"]["search_solr"]
    assert (least["indexname"], least["server_password"], least["fileindexing"]) == ("production_sample", "", 1)


def test_widgets_are_on_and_off_as_the_tenant_says() -> None:
    found = config("wasm-widgets")["forced_plugin_settings"]["local_wasmwidgets"]
    assert found == {"timer": 1, "review": 0, "pdf": 1, "gradepreview": 0}


def test_the_first_of_several_keys_signs_addresses_of_images() -> None:
    need()
    prelude = r"""$secret = fn($path) => "first of $path\nsecond\n";"""
    file = FEATURES / "imgproxy" / "config.d.imgproxy.php"
    run = prelude + r"$CFG = (object) ['wwwroot' => 'https://x']; require $argv[1]; echo json_encode($CFG);"
    found = json.loads(php("-r", run, "--", file, **environment("imgproxy", "full")).stdout)
    assert found["forced_plugin_settings"]["local_imgproxy"] == {
        "baseurl": "https://x/imgproxy",
        "key": "first of moodle/acme-image-keys",
        "salt": "first of moodle/acme-image-salts",
        "seconds": 3600,
    }


def test_tasks_read_from_replicas_where_they_may_and_an_upgrade_never_does() -> None:
    for script in ("cron.php", "/var/www/moodle/admin/cli/adhoc_task.php"):
        found = config("read-replicas", script)["dboptions"]["readonly"]
        assert found == {"instance": ["moodle-db-r.moodle-sample.svc"], "connecttimeout": 1, "latency": 2.5}
        assert config("read-replicas", script, example="minimal") in ([], {})
    for script in ("upgrade.php", "install_database.php"):
        assert config("read-replicas", script) in ([], {})


def test_a_pooler_gets_no_options_with_a_connection() -> None:
    assert config("pooler")["dboptions"] == {"dbhandlesoptions": True}


def test_the_learning_kits_services_are_called_by_moodle_with_keys_from_files() -> None:
    worker = config("worker")
    assert worker["forced_plugin_settings"]["local_worker"] == {
        "enabled": 1,
        "url": "http://worker",
        "token": "secret of moodle/acme-worker-token",
    }
    assert "10.0.0.0/8" in worker["curlsecurityblockedhosts"].split(
        "\n"
    )  # `worker` has no address here: nothing is opened
    need()
    run = r"""$secret = fn($path) => "first of $path\nsecond"; $CFG = (object) ['wwwroot' => 'https://x'];"""
    run += " require $argv[1]; echo json_encode($CFG);"
    file = FEATURES / "transcoder" / "config.d.transcoder.php"
    found = json.loads(php("-r", run, "--", file, **environment("transcoder", "full")).stdout)
    assert found["forced_plugin_settings"]["local_transcoder"] == {
        "enabled": 1,
        "url": "http://transcoder",
        "baseurl": "https://x/media",
        "key": "first of moodle/acme-video-keys",
        "seconds": 7200,
    }

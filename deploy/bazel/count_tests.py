#!/usr/bin/env python3
"""Prints the counts of passed, failed and skipped test cases of one `bazel test`.

Usage: count_tests.py EVENTS STATUS, where EVENTS is what --build_event_json_file wrote and STATUS is
Bazel's exit status. The events name the test.xml of each test that belongs to this run, so that no
report of an earlier run is counted.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree

NO_TESTS = 4  # Bazel's exit status when everything was built and there was no test to run.
TESTS_FAILED = 3


def results(path):
    """The last attempt of each test, shard and run, by these three."""
    last = {}
    with open(path, encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            name = event["id"].get("testResult")
            if name and "testResult" in event:
                key = (name["label"], name.get("shard"), name.get("run"))
                last[key] = event["testResult"]
    return last.values()


def count(result):
    passed = failed = skipped = 0
    for output in result.get("testActionOutput", []):
        if output.get("name") != "test.xml" or "uri" not in output:
            continue
        path = urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)
        try:
            cases = xml.etree.ElementTree.parse(path).getroot().iter("testcase")
        except (OSError, xml.etree.ElementTree.ParseError):
            continue  # The status below still counts the test.
        for case in cases:
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                skipped += 1
            else:
                passed += 1
    if result["status"] != "PASSED" and failed == 0:
        failed = 1  # As when a sanitizer finds a leak after the last case.
    elif passed + failed + skipped == 0:
        passed = 1  # A test that reports no cases is one case.
    return passed, failed, skipped


def main():
    events, status = sys.argv[1], int(sys.argv[2])
    counts = [count(result) for result in results(events)]
    passed, failed, skipped = (sum(column) for column in zip(*counts)) if counts else (0, 0, 0)
    if status not in (0, NO_TESTS, TESTS_FAILED):
        failed += 1  # Something was not built, and its tests did not run.
    elif status == TESTS_FAILED and failed == 0:
        failed = 1
    print(passed, failed, skipped)


if __name__ == "__main__":
    main()

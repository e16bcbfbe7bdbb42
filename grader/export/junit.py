"""JUnit XML, as the Ant task writes it: a suite per task, a case per check, for every CI that shows test reports.

Matches the schema of Windy Road (`JUnit.xsd`), the strictest one in use. PASS is a plain case, FAIL a `failure`,
ERROR an `error`, SKIPPED and INCONCLUSIVE are `skipped`, each with the verdict at the beginning of its message.
Covered: text that XML cannot hold. Points are in the properties of a suite, since the format has no place for them.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime, timezone

from grader.export.plain_text import explained, line, reason, shown_checks, visible
from grader.export.spreadsheet import number
from grader.result import CheckResult, Result, TaskResult, Tier, Verdict

# everything that is no character of XML 1.0 (https://www.w3.org/TR/xml/#charsets)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TIER = {Tier.CORE: "", Tier.EDGE: " (extra points)", Tier.STYLE: " (style, no points)"}


def document(result: Result) -> bytes:
    """Return a run as a JUnit XML document in UTF-8."""
    root = ET.Element("testsuites")
    for index, task in enumerate(result.tasks):
        root.append(_suite(result, task, index))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _suite(result: Result, task: TaskResult, index: int) -> ET.Element:
    checks = shown_checks(task)
    verdicts = [check.verdict for check in checks]
    skipped = verdicts.count(Verdict.SKIPPED) + verdicts.count(Verdict.INCONCLUSIVE)
    suite = ET.Element(
        "testsuite",
        id=str(index),
        package=f"week{result.week}",
        name=_xml(line(f"{task.id} {task.title}")),
        timestamp=_timestamp(result.started_at),
        hostname="localhost",  # what the format asks for where there is nothing to say
        tests=str(len(checks)),
        failures=str(verdicts.count(Verdict.FAIL)),
        errors=str(verdicts.count(Verdict.ERROR)),
        skipped=str(skipped),
        time=_seconds(sum(check.seconds for check in checks)),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(result, task):
        ET.SubElement(properties, "property", name=name, value=_xml(visible(value)))
    for check in checks:
        suite.append(_case(result, task, check))
    ET.SubElement(suite, "system-out").text = _xml(visible("\n".join(result.notes)))
    ET.SubElement(suite, "system-err").text = ""
    return suite


def _properties(result: Result, task: TaskResult) -> list[tuple[str, str]]:
    return [
        ("run_id", result.run_id),
        ("student", result.student),
        ("verdict", task.verdict.value),
        ("points", number(task.points)),
        ("max_points", number(task.max_points)),
        ("extra_points", number(task.extra_points)),
        ("max_extra_points", number(task.max_extra_points)),
        ("complete", "true" if result.complete else "false"),
    ]


def _case(result: Result, task: TaskResult, check: CheckResult) -> ET.Element:
    case = ET.Element(
        "testcase",
        name=_xml(line(f"{check.name}: {check.sentence}{_TIER[check.tier]}")),
        # one component: readers split a class name at its points
        classname=_xml(line(f"week{result.week}.task-{task.id.replace('.', '-')}")),
        time=_seconds(check.seconds),
    )
    if check.verdict is Verdict.PASS:
        return case
    message = _xml(f"{check.verdict.value}: {reason(task, check)}")
    if check.verdict in (Verdict.SKIPPED, Verdict.INCONCLUSIVE):
        ET.SubElement(case, "skipped", message=message)
        return case
    kind = check.message.kind if check.message else check.verdict.value
    tag = "failure" if check.verdict is Verdict.FAIL else "error"
    ET.SubElement(case, tag, message=message, type=_xml(line(kind))).text = _xml(explained(check))
    return case


def _timestamp(started_at: str) -> str:
    """Return the moment in UTC to the second and without a zone, as the schema wants it."""
    try:
        moment = datetime.fromisoformat(started_at.replace("Z", "+00:00"))
    except ValueError:
        return "1970-01-01T00:00:00"
    if moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _seconds(value: float) -> str:
    return f"{max(value, 0.0):.3f}"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)

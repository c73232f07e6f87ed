"""What the subcommands of `safar` do. Each returns the exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import requests

from safar import catalogues, model
from safar import run as runner
from safar.answers import english_answers
from safar.bundle import Bundle, open_archive, pack, repository_answers, repository_contacts
from safar.bundle_store import BundleReader, BundleStore
from safar.errors import BundleError, SafarError
from safar.geography import Position
from safar.languages import DEFAULT, best_language, countries, languages
from safar.places import country_at, find_city, nearest_city
from safar.replies import Composer, as_plain_text
from safar.settings import ROOT, settings
from safar.topics import KINDS

_TIMEOUT_S = 30


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def run(given: Namespace) -> int:
    return runner.run(settings())


def train(given: Namespace) -> int:
    if given.if_needed and model.is_current():
        print("The model is made from the training data as it is.")
        return 0
    model.train()
    return 0


def ask(given: Namespace) -> int:
    """One question through gateway, assistant, actions and back."""
    base = f"{settings().web_url}/api/v1/conversations"
    profile = {name: getattr(given, name) for name in ("language", "country", "nationality") if getattr(given, name)}
    try:
        opened = requests.post(base, json=profile, timeout=_TIMEOUT_S)
        opened.raise_for_status()
        conversation = opened.json()
        headers = {"Authorization": f"Bearer {conversation['token']}"}
        address = f"{base}/{conversation['id']}"
        answer = requests.post(f"{address}/messages", json={"text": given.text}, headers=headers, timeout=_TIMEOUT_S)
        requests.delete(address, headers=headers, timeout=_TIMEOUT_S)
    except requests.ConnectionError as error:
        raise SafarError(f"Nothing answers at {settings().web_url}. Start Safar with: make run") from error
    except requests.RequestException as error:
        raise SafarError(f"The gateway refused: {error}") from error
    content = answer.json()
    if not answer.ok:
        raise SafarError(content["error"]["message"])
    if given.json:
        _print_json(content)
    else:
        print("\n\n".join(as_plain_text(message) for message in content["messages"]))
    return 0


def _in_assistant(module: str, *arguments: str) -> Any:
    """What a module prints as JSON that needs the assistant's environment.

    Raises:
        SafarError: it failed; with the end of what it said.
    """
    result = subprocess.run(
        [str(model.ASSISTANT_PYTHON), "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, **model.QUIET, **settings().environment(), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=None if sys.stderr.isatty() else subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SafarError(f"{module} failed: {(result.stderr or '').strip()[-2000:]}")
    return json.loads(result.stdout.splitlines()[-1])


def places(given: Namespace) -> int:
    """What is taken for a place in the examples of a language, to be read."""
    if given.code not in languages():
        raise SafarError(f"'{given.code}' is not in data/languages.yml.")
    found = _in_assistant("components.place_report", given.code)
    if given.json:
        _print_json(found)
        return 0
    for row in found:
        print(f"{row['count']:>6}  {row['name']}  {' or '.join(row['countries'])}  {row['city']}\n        {row['example'][:110]}")
    return 0


def evaluate(given: Namespace) -> int:
    if not model.MODEL.exists():
        raise SafarError("There is no model yet. Make one with: safar train")
    files = [str(Path(name).resolve()) for name in given.cases]
    for name in files:
        if not Path(name).exists():
            raise SafarError(f"{name}: no such file.")
    chart = str(Path(given.chart).resolve()) if given.chart else ""
    found = _in_assistant("components.evaluation", str(model.MODEL), chart, str(given.words), *files)
    if given.json:
        _print_json(found)
    else:
        _print_evaluation(found)
    return 0


_COLUMNS = (
    ("cases", "cases", False),
    ("accuracy", "right", True),
    ("top3", "top 3", True),
    ("answered_at_once", "answered", True),
    ("wrong_without_asking", "wrong", True),
    ("urgent_recall", "urgent", True),
    ("urgent_false_alarms", "alarms", True),
    ("out_of_scope_recall", "off-topic", True),
    ("language", "language", True),
    ("ms_p50", "ms p50", False),
    ("ms_p95", "ms p95", False),
    ("calibration_error", "calib.", False),
)


def _print_evaluation(found: dict[str, Any]) -> None:
    rows = [("all", found["overall"]), *found["by_language"].items(), *found["by_style"].items()]
    print(f"{'':10}" + "".join(f"{title:>10}" for _, title, _ in _COLUMNS))
    for name, part in rows:
        cells = (("" if part[key] is None else f"{part[key]:.1%}" if share else str(part[key])) for key, _, share in _COLUMNS)
        print(f"{name:10}" + "".join(f"{cell:>10}" for cell in cells))
    print("\nMost often confused (topic, taken for, times):")
    for pair in found["confused"][:12]:
        print(f"  {pair['topic']:28} {pair['predicted'] or '–':28} {pair['count']}")


def _bundle() -> Bundle:
    """The published bundle, or one of the repository's files when nothing is published yet."""
    known = settings()
    try:
        return BundleReader(BundleStore(known.bundles), known.bundle_public_key).current()
    except BundleError:
        return open_archive(pack(repository_answers(), repository_contacts()), "repository")


def contacts(given: Namespace) -> int:
    """The contacts for a person, best first; without one of a kind the nearest kinds, and that is said.

    Raises:
        SafarError: no country is given or found, or a place is not known.
    """
    country, city = _place(given)
    bundle, language = _bundle(), best_language([given.language])
    composer = Composer(bundle, language, country, (given.nationality or "").upper() or None, city)
    kinds = given.kind or KINDS
    found = composer.find(kinds, limit_per_kind=50)
    known = {contact.kind for contact in found}
    missing = [kind for kind in given.kind or () if kind not in known]
    messages = composer.contacts(found or composer.find_nearest(kinds), missing)
    if given.json:
        _print_json([card for message in messages for card in message["contacts"]])
    else:
        print("\n\n".join(as_plain_text(message) for message in messages) or "No contact of this kind is known there.")
    return 0


def _place(given: Namespace) -> tuple[str, str | None]:
    """Country and city of the arguments."""
    country = (given.country or "").upper()
    if given.position:
        position = _position(given.position)
        country = country or country_at(position) or ""
        city = nearest_city(position, country)
        if city is None:
            raise SafarError(f"{given.position} is in no country; give --country.")
        return country, city.name
    if country not in countries():
        raise SafarError("Give --country (ISO 3166, such as QA) or --position.")
    if not given.city:
        return country, None
    found = find_city(country, given.city)
    if found is None:
        raise SafarError(f"No city '{given.city}' is known in {country}.")
    return country, found.name


def _position(text: str) -> Position:
    """`25.29,51.53` in degrees."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise SafarError(f"--position must read like 25.29,51.53, not '{text}'.") from error
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise SafarError("--position: latitude is -90 to 90, longitude -180 to 180.")
    return latitude, longitude


def coverage(given: Namespace) -> int:
    """Languages by topics by countries; see safar/coverage.py."""
    from safar import coverage as found

    if given.json:
        tables = {"languages": found.by_language(), "countries": found.by_country(), "without_rule": found.without_rule()}
        _print_json(tables)
    else:
        print(found.as_text())
    return 0


def proofread(given: Namespace) -> int:
    """Exit code 1 when there is something to mend."""
    from safar import proofreading

    chosen = given.language or list(languages())
    for code in chosen:
        if code not in languages():
            raise SafarError(f"'{code}' is not in data/languages.yml.")
    findings = [finding for code in chosen for finding in proofreading.proofread(code)]
    readability = {code: proofreading.readability(code) for code in chosen}
    too_hard = proofreading.english_topics_too_hard() if DEFAULT in chosen else {}
    if given.json:
        _print_json({"findings": [vars(finding) for finding in findings], "readability": readability, "too_hard": too_hard})
        return 1 if findings or too_hard else 0
    for finding in findings:
        print(f"{finding.language}  {finding.context}: {finding.rule}\n      {finding.text}")
    for name, ease in too_hard.items():
        print(f"{DEFAULT}  {name}: reading ease {ease}, at least 70 is wanted")
    print(f"\n{'language':10}{'sentence, median':>18}{'longest':>9}  {'':12}{'reading ease':>13}{'to mend':>9}")
    for code, row in readability.items():
        count = sum(finding.language == code for finding in findings)
        print(f"{code:10}{row['median']:>18}{row['longest']:>9}  {row['unit']:12}{row['index'] or '–':>13}{count:>9}")
    return 1 if findings or too_hard else 0


def publish(given: Namespace) -> int:
    if given.roll_back:
        digest = BundleStore(settings().bundles).roll_back()
    else:
        environment = {
            **os.environ,
            **settings().environment(),
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "console.settings",
        }
        script = "import django; django.setup(); from console.content.services import publish; print(publish())"
        result = subprocess.run(
            [str(runner.WEB_PYTHON), "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise SafarError(f"Publishing failed. Is the database made (make run)?\n{result.stderr.strip()[-1000:]}")
        digest = result.stdout.strip().splitlines()[-1]
    if given.json:
        _print_json({"digest": digest})
    else:
        print(f"The current bundle is {digest[:12]}. Every process has it within 5 seconds.")
    return 0


def directory(given: Namespace) -> int:
    """Handed to the web process's own command, which has the database."""
    environment = {**os.environ, **settings().environment(), "PYTHONPATH": str(ROOT)}
    command = [str(runner.WEB_PYTHON), str(ROOT / "manage.py"), "directory", *given.arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def doctor(given: Namespace) -> int:
    """Each check with what to do when it fails; exit code 1 when any does."""
    checks = [_check(name, probe) for name, probe in _CHECKS]
    if given.json:
        _print_json(checks)
    else:
        for check in checks:
            print(f"{'ok ' if check['ok'] else 'NO '} {check['name']}: {check['detail']}")
    return 0 if all(check["ok"] for check in checks) else 1


def _check(name: str, probe: Any) -> dict[str, Any]:
    try:
        return {"name": name, "ok": True, "detail": probe()}
    except (SafarError, requests.RequestException, OSError) as error:
        return {"name": name, "ok": False, "detail": str(error)}


def _probe_settings() -> str:
    known = settings()
    return f"data under {known.var}, retention {known.retention_days} days, Telegram {'on' if known.telegram_token else 'off'}"


def _probe_content() -> str:
    return f"{len(english_answers())} answers, {len(catalogues.interface())} strings, {len(repository_contacts())} contacts"


def _probe_model() -> str:
    if not model.is_current():
        raise SafarError("no model for the training data as it is. Make one with: safar train")
    return f"{model.MODEL.stat().st_size / 1e6:.1f} MB"


def _probe_bundle() -> str:
    known = settings()
    return BundleReader(BundleStore(known.bundles), known.bundle_public_key).current().digest[:12]


def _probe_running() -> str:
    answer = requests.get(f"{settings().web_url}/api/v1/health", timeout=5)
    if not answer.ok:
        raise SafarError(f"running, but not whole: {answer.text}. See {settings().var / 'safar.log'}")
    if not answer.json()["published"]:
        raise SafarError(
            f"running, but people do not see all that is saved in the console. Its pages say why: {settings().web_url}/console/"
        )
    return settings().web_url


_CHECKS = (
    ("settings", _probe_settings),
    ("content", _probe_content),
    ("model", _probe_model),
    ("bundle", _probe_bundle),
    ("running", _probe_running),
)


def messages(given: Namespace) -> int:
    """Update the catalogues, or with --check only tell whether they are in step."""
    if given.check:
        late = catalogues.out_of_step()
        if given.json:
            _print_json(late)
        for path in late:
            print(f"{path} is not in step with the English sources. Run: make messages", file=sys.stderr)
        return 1 if late else 0
    counts = catalogues.update()
    if given.json:
        _print_json(counts)
    else:
        for name, count in counts.items():
            print(f"{name:16} {count} without a translation")
    return 0

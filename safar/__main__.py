"""`safar`: one command for everything. Errors go to stderr in one sentence and end with exit code 1."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from safar.errors import SafarError
from safar.topics import KINDS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="safar", description="Safar, a help service for migrants.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, *, has_json: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        if has_json:
            made.add_argument("--json", action="store_true", help="print JSON for programs")
        return made

    add("run", "Start everything on this machine and stop it with Ctrl-C.", has_json=False)
    train = add("train", "Train the assistant's model.", has_json=False)
    train.add_argument("--if-needed", action="store_true", help="only when the training data has changed since")
    ask = add("ask", "Ask one question through the whole running chain.")
    ask.add_argument("text", help="the question, in any of the languages")
    for name, text in (
        ("language", "language code, such as ne"),
        ("country", "country the person is in, such as QA"),
        ("nationality", "country they come from"),
    ):
        ask.add_argument(f"--{name}", help=text)
    evaluate = add("evaluate", "Measure understanding on messages with known topics.")
    evaluate.add_argument(
        "cases",
        nargs="+",
        metavar="CASES.csv",
        help="columns language,text,topic[,alt,style]; alt: other fair topics, with | between",
    )
    evaluate.add_argument("--chart", metavar="FILE.svg", help="draw accuracy by language and the risk/coverage curve")
    evaluate.add_argument(
        "--words", type=int, default=0, metavar="N", help="ask the first N words of longer messages only: the language"
    )
    places = add("places", "List what is taken for a place in a language's examples: everyday words among them mislead.")
    places.add_argument("code", help="language code, such as ne")
    contacts = add(
        "contacts", "Look contacts up in the published bundle, or in the repository's files before anything is published."
    )
    contacts.add_argument("--country", help="country the person is in; with --position it is found by itself")
    contacts.add_argument("--city", help="city they are in, such as Doha: the nearest contacts come first")
    contacts.add_argument("--position", metavar="LATITUDE,LONGITUDE", help="where they are, such as 25.29,51.53")
    contacts.add_argument("--nationality")
    contacts.add_argument("--kind", action="append", choices=KINDS, help="may be given several times; all kinds without it")
    contacts.add_argument("--language", default="en")
    directory = add("directory", "Report on the directory; export, import, fetch missions from Wikidata.", has_json=False)
    directory.add_argument("arguments", nargs=argparse.REMAINDER, metavar="report | export | import | wikidata ...")
    add("coverage", "What each language has and lacks.")
    publish = add("publish", "Publish what the console holds as a new signed bundle.")
    publish.add_argument("--roll-back", action="store_true", help="go back to the bundle before the current one")
    add("doctor", "Check this installation and say what to mend.")
    messages = add("messages", "Bring the gettext catalogues in step with the English sources.")
    messages.add_argument("--check", action="store_true", help="change nothing; exit 1 when they are not in step")
    proofread = add("proofread", "Proofread answers and translations: what is missing, differs from English, or reads hard.")
    proofread.add_argument("--language", action="append", help="a language code; may be given several times; all without it")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    given = _parser().parse_args(arguments)
    # Each command imports what it needs: `safar run` must not wait for what `safar evaluate` uses.
    from safar import commands

    try:
        return int(getattr(commands, given.command)(given))
    except SafarError as error:
        if getattr(given, "json", False):
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        print(f"safar: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

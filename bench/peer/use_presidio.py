"""Presidio with its pattern recognisers only (no language model): one row of the CSV is one text, as many as fit in.

Run by the Python of the peers: use_presidio.py FILE SECONDS. Prints {"bytes", "seconds"}. No network: the
list of public suffixes that it would fetch at the start is the one inside its library.
"""

import json
import logging
import sys
import time

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine


class Blank(SpacyNlpEngine):
    """Tokens without a model: names are not looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.nlp = {"en": spacy.blank("en")}


def main() -> None:
    path, limit = sys.argv[1], float(sys.argv[2])
    logging.disable(logging.CRITICAL)
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    engine = Blank()
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(nlp_engine=engine, languages=["en"])
    registry.recognizers = [r for r in registry.recognizers if r.name not in ("SpacyRecognizer", "GLiNERRecognizer")]
    analyzer = AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=["en"])
    analyzer.analyze(text="warm up: anna@example.org, 4111 1111 1111 1111", language="en")
    done = found = 0
    start = time.perf_counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            found += len(analyzer.analyze(text=line, language="en"))
            done += len(line.encode())
            if time.perf_counter() - start > limit:
                break
    print(json.dumps({"bytes": done, "seconds": time.perf_counter() - start, "found": found}))


main()

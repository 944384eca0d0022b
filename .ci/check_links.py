"""Fail if a page of the built site links to a page or a place that is not there."""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit


class Page(HTMLParser):
    """The places on a page, and what it links to."""

    def __init__(self, path: Path):
        super().__init__()
        self.places, self.links = set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        """Note places, links and pictures."""
        for name, value in attributes:
            if name == "id" or (tag == "a" and name == "name"):
                self.places.add(value)
            elif name in ("href", "src") and value and not urlsplit(value).scheme:
                self.links.append(value)


def main(site: Path) -> int:
    """Check all pages below `site`; return how many links lead nowhere."""
    pages = {
        path.resolve(): Page(path)
        for path in site.rglob("*.html")
        if "_static" not in path.parts
    }
    broken = 0
    for path, page in pages.items():
        for link in page.links:
            target, place = urldefrag(link)
            target = urlsplit(target).path
            file = (path.parent / unquote(target)).resolve() if target else path
            known = pages.get(file)
            lost = place and known and unquote(place) not in known.places
            if not file.exists() or lost:
                print(f"{path.relative_to(site.resolve())}: {link}")
                broken += 1
    print(f"{len(pages)} pages, {broken} broken links")
    return broken


if __name__ == "__main__":
    sys.exit(bool(main(Path(sys.argv[1]))))

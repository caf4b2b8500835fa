"""Requests to the gateway, and rows as three parsers see them."""

import datetime
import re

import feedparser
import requests
from lxml import etree

from checks import equal

USER, PASSWORD, PAGE = "reader@example.onmicrosoft.com", "demo", 50
DAILY, WEEKLY, MONTHLY = REPORTS = ["CsP2PAVTimeDaily", "CsP2PAVTimeWeekly", "CsP2PAVTimeMonthly"]
ATOM_FEED = "application/atom+xml;type=feed;charset=utf-8"
VERBOSE = "application/json;odata=verbose;charset=utf-8"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "m": "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata",
    "d": "http://schemas.microsoft.com/ado/2007/08/dataservices",
}


class Gateway:
    def __init__(self, root, asks):
        self.root, self.asks = root, asks

    def get(self, path, params=None, status=200, kind=None, auth=(USER, PASSWORD), **headers):
        url = path if path.startswith("http") else self.root + path
        r = requests.get(url, params=params, auth=auth, headers={k.replace("_", "-"): v for k, v in headers.items()}, allow_redirects=False, timeout=30)
        equal(status, r.status_code, url)
        if kind:
            equal(kind, r.headers["Content-Type"], "content type of " + url)
        equal(str(r.raw.tell()), r.headers["Content-Length"], "bytes sent, compressed or not, for " + url)
        return r

    def json_rows(self, report, **headers):
        """All rows by verbose JSON, as scripts walked it: __next with $format put back."""
        rows, pages, url = [], 0, f"{report}?$format=Json"
        while url:
            d = self.get(url, kind=VERBOSE, **headers).json()["d"]
            rows += [from_json(r) for r in d["results"]]
            pages += 1
            url = d.get("__next") and d["__next"] + "&$format=Json"
        equal(-(-len(rows) // PAGE), pages, "pages of " + report)
        return rows

    def atom_rows(self, report, **headers):
        """All rows by lxml over Atom, following link rel=next; and every entry's id."""
        rows, ids, url = [], [], report
        while url:
            feed = etree.fromstring(self.get(url, kind=ATOM_FEED, **headers).content)
            rows += lxml_rows(feed)
            ids += feed.xpath("a:entry/a:id/text()", namespaces=NAMES)
            url = next(iter(feed.xpath("a:link[@rel='next']/@href", namespaces=NAMES)), None)
        return rows, ids


def from_json(r):
    """A JSON row as the strings that Atom has."""
    ms = int(re.fullmatch(r"/Date\((-?\d+)\)/", r["Date"])[1])
    date = (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)).isoformat()
    return {k: date if k == "Date" else v for k, v in r.items() if k != "__metadata"}


def lxml_rows(tree):
    null = "{%s}null" % NAMES["m"]
    return [
        {etree.QName(c).localname: None if c.get(null) == "true" else c.text for c in p}
        for p in tree.xpath("//m:properties", namespaces=NAMES)
    ]


def parse_feed(r):
    return feedparser.parse(r.content, response_headers={"content-type": r.headers["Content-Type"], "content-location": r.url})

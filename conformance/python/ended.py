"""feedparser, lxml and requests against a gateway whose rollout goes on.

/usr/bin/python3 ended.py ROOT/ announce|brownout|retired
"""

import email.utils
import re
import sys

import feedparser
import requests
from lxml import etree

from checks import Checks, equal, true
from reports import DAILY, NAMES, PASSWORD, REPORTS, USER

root, mode = sys.argv[1:3]
SERVED = mode == "announce"
STATUS = {"announce": 200, "brownout": 503, "retired": 410}[mode]
CODE = "ServiceDeprecatedRetired" if mode == "retired" else "ServiceDeprecatedBrownout"
SAYS = "is retired" if mode == "retired" else "until 2026-11-23 21:00 +00:00 (UTC)"
LINK = "https://learn.microsoft.com/graph/api/reportroot-getskypeforbusinesspeertopeeractivityminutecounts"
checks = Checks()


def ask(path, params=None, auth=(USER, PASSWORD), status=STATUS, method="GET", **headers):
    r = requests.request(method, root + path, params=params, auth=auth, headers=headers, timeout=30)
    equal(status, r.status_code, path)
    true(re.fullmatch(r"@1517184000", r.headers["Deprecation"]), "Deprecation: " + r.headers["Deprecation"])
    equal((2027, 6, 30, 0, 0, 0), email.utils.parsedate(r.headers["Sunset"])[:6], "Sunset")
    links = {link["rel"]: link["url"] for link in requests.utils.parse_header_links(r.headers["Link"])}
    equal({"deprecation": LINK, "sunset": LINK, "successor-version": LINK}, links, "Link")
    if status == 503:
        equal("75600", r.headers["Retry-After"], "Retry-After")
    return r


def says(code, message):
    equal(CODE, code, "code")
    true(SAYS in message and LINK in message, "message: " + message)


def by_requests():
    for report in REPORTS:
        try:
            ask(report).raise_for_status()
        except requests.HTTPError as e:
            true(not SERVED and e.response.status_code == STATUS, "an error of its own")
        else:
            true(SERVED, report + " is served")


def by_lxml():
    for path in [*REPORTS, DAILY + "/$count", "", "$metadata"]:
        body = ask(path).content
        if not SERVED:
            error = etree.fromstring(body)
            equal("{%s}error" % NAMES["m"], error.tag, "root of " + path)
            says(error.findtext("m:code", namespaces=NAMES), error.findtext("m:message", namespaces=NAMES))


def by_feedparser():
    feed = feedparser.parse(ask(DAILY).content)
    equal(50 if SERVED else 0, len(feed.entries), "entries")
    true(not feed.bozo, f"well-formed: {feed.get('bozo_exception')}")


def by_json():
    verbose, light = ask(DAILY, {"$format": "json"}).json(), ask(DAILY, Accept="application/json").json()
    if not SERVED:
        says(verbose["error"]["code"], verbose["error"]["message"]["value"])
        says(light["odata.error"]["code"], light["odata.error"]["message"]["value"])


def without_body():
    r = ask(DAILY, method="HEAD", status=501 if SERVED else STATUS)
    equal(b"", r.content, "body")


def others():
    ask(DAILY, auth=None, status=401)
    ask("MailTraffic", status=404)
    ask(DAILY, {"$format": "xml"}, status=400)


checks.group("requests", by_requests)
checks.group("lxml", by_lxml)
checks.group("feedparser", by_feedparser)
checks.group("both kinds of JSON", by_json)
checks.group("HEAD", without_body)
checks.group("a missing password, another set and a fault say what they always say", others)
checks.finish()

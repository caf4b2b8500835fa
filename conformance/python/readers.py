"""feedparser, lxml and requests against a running gateway.

/usr/bin/python3 readers.py ROOT/ open|password
"""

import datetime
import sys

import requests
from lxml import etree

import others
from checks import Checks, equal, true
from reports import ATOM_FEED, DAILY, NAMES, PAGE, PASSWORD, REPORTS, USER, VERBOSE, Gateway, from_json, lxml_rows, parse_feed

gateway = Gateway(sys.argv[1], asks={"open": False, "password": True}[sys.argv[2]])
checks = Checks()
daily = []


def all_rows():
    daily.extend(gateway.json_rows(DAILY))
    true(len(daily) > 3 * PAGE, "more than three pages")
    equal(sorted({r["Date"] for r in daily}), [r["Date"] for r in daily], "dates, each once, ascending")


def newest(n):
    return daily[::-1][:n]


def encoded_options():
    # requests writes $ as %24 and blanks as +.
    r = gateway.get(DAILY, {"$orderby": "Date desc", "$top": "10", "$format": "Atom"}, kind=ATOM_FEED)
    true("%24orderby=Date+desc" in r.request.url, "what requests sent: " + r.request.url)
    equal(newest(10), lxml_rows(etree.fromstring(r.content)), "rows")
    r = gateway.get(DAILY, {"$filter": "Date ge datetime'2026-11-10T00:00:00' and TotalVideoMinutes gt 100", "$select": "Date, TotalVideoMinutes", "$format": "json"}, kind=VERBOSE)
    want = [{k: r[k] for k in ("Date", "TotalVideoMinutes")} for r in daily if r["Date"] >= "2026-11-10" and int(r["TotalVideoMinutes"]) > 100]
    equal(want, [from_json(r) for r in r.json()["d"]["results"]], "rows of a filter")


def by_feedparser():
    f = parse_feed(gateway.get(DAILY, {"$top": "50"}, kind=ATOM_FEED))
    equal("atom10", f.version, "version")
    true(not f.bozo, f"well-formed: {f.get('bozo_exception')}")
    equal(DAILY, f.feed.title, "title")
    equal(gateway.root + DAILY, f.feed.id, "id")
    equal(50, len(f.entries), "entries")
    equal(50, len({e.id for e in f.entries}), "ids")
    for e, row in zip(f.entries, daily):
        true(e.id.endswith("/ecp/ReportingWebService/Reporting.svc/CsP2PAVTimeDaily(datetime'%s')" % row["Date"].replace(":", "%3A")), e.id)
        equal("", e.title, "title of an entry")
        equal(f.feed.updated_parsed, e.updated_parsed, "updated")
        equal(["TenantReporting.CsP2PAVTimeReport"], [t.term for t in e.tags], "category")
        equal([("edit", e.id)], [(l.rel, l.href) for l in e.links], "links against xml:base")
        equal(["application/xml"], [c.type for c in e.content], "content")


def empty_feed():
    r = gateway.get(DAILY, {"$filter": "ID eq 1"}, kind=ATOM_FEED)
    f = parse_feed(r)
    true(not f.bozo and f.version == "atom10", "well-formed")
    equal([], f.entries, "entries")
    equal(1, len(etree.fromstring(r.content).xpath("a:author/a:name", namespaces=NAMES)), "author of an empty feed")
    equal([], gateway.get(f"{DAILY}?$filter=ID eq 1&$format=json").json()["d"]["results"], "results")


def pages():
    for report in REPORTS:
        want = gateway.json_rows(report)
        rows, ids = gateway.atom_rows(report)
        equal(want, rows, report)
        equal(len(want), len(set(ids)), "ids of " + report)
        true(all(i.startswith(gateway.root.split("/ecp/")[0] + "/ecp/ReportingWebService/") for i in ids), "absolute ids")
        equal(str(len(want)), gateway.get(report + "/$count", kind="text/plain;charset=utf-8").text, report + "/$count")
        one = etree.fromstring(gateway.get(report + "?$inlinecount=allpages&$top=1").content)
        equal([str(len(want))], one.xpath("m:count/text()", namespaces=NAMES), "m:count of " + report)


def sums():
    """Weeks and months are the sums of their days, by the calendar of this program."""
    days = {datetime.date.fromisoformat(r["Date"][:10]): (int(r["TotalAudioMinutes"]), int(r["TotalVideoMinutes"])) for r in daily}
    for report, begin in ((REPORTS[1], lambda d: d - datetime.timedelta(days=6)), (REPORTS[2], lambda d: d.replace(day=1))):
        rows = gateway.json_rows(report)
        for r in rows:
            end = datetime.date.fromisoformat(r["Date"][:10])
            true(end.weekday() == 5 if report == REPORTS[1] else (end + datetime.timedelta(days=1)).day == 1, f"{report} ends on {end}")
            inside = [m for d, m in days.items() if begin(end) <= d <= end]
            equal((sum(a for a, _ in inside), sum(v for _, v in inside)), (int(r["TotalAudioMinutes"]), int(r["TotalVideoMinutes"])), f"{report} {end}")
            equal(str((end - datetime.date(1970, 1, 1)).days), r["ID"], "ID")
        true(len(rows) >= 5, f"{len(rows)} rows of {report}")


def zones():
    pacific = gateway.json_rows(REPORTS[1], X_timezone="Pacific Standard Time")
    true(pacific != gateway.json_rows(REPORTS[1]), "Pacific weeks differ from UTC's")
    equal(pacific, gateway.json_rows(REPORTS[1], X_timezone="america/los_angeles"), "weeks by the IANA name")
    equal(pacific, gateway.atom_rows(REPORTS[1], X_timezone="pacific standard time")[0], "weeks in Atom")
    for offset in ("+05:30", "UTC+5:30"):
        equal(gateway.json_rows(DAILY, X_timezone="India Standard Time"), gateway.json_rows(DAILY, X_timezone=offset), offset)
    equal(daily, gateway.json_rows(DAILY, X_timezone="UTC"), "UTC")
    fault = gateway.get(DAILY, status=400, X_timezone="Mars", Accept="application/json").json()
    equal("", fault["ErrorCode"], "code")
    true("'Mars'" in fault["Message"], fault["Message"])


def shapes():
    equal(list, type(gateway.get(f"{DAILY}?$top={PAGE}&$format=json").json()["d"]), "d within a page")
    equal(dict, type(gateway.get(f"{DAILY}?$top={PAGE + 1}&$format=json").json()["d"]), "d beyond a page")
    r = gateway.get(f"{DAILY}(Date=datetime'2026-11-13T00:00:00')?$format=json", kind=VERBOSE)
    equal([d for d in daily if d["Date"].startswith("2026-11-13")], [from_json(r.json()["d"])], "entry")
    light = gateway.get(DAILY, Accept="application/json").json()
    equal([(r["Date"], r["ID"]) for r in daily[:PAGE]], [(r["Date"], r["ID"]) for r in light["value"]], "rows of light JSON")
    equal(REPORTS, gateway.get("?$format=json").json()["d"]["EntitySets"], "service document")


def errors():
    message = "//*[local-name()='message' or local-name()='Message']/text()"
    for path, status, text in (
        ("CsP2PAVTimeDialy", 404, "Resource not found for the segment 'CsP2PAVTimeDialy'."),
        ("csp2pavtimedaily", 404, "Resource not found for the segment 'csp2pavtimedaily'."),
        (f"{DAILY}(datetime'1999-01-01')", 404, f"Resource not found for the segment '{DAILY}'."),
        (f"{DAILY}(1)", 400, "Bad Request - Error in query syntax."),
        (f"{DAILY}?$skip=x", 400, "Incorrect format for $skip argument 'x'."),
        (f"{DAILY}?$format=xml", 400, 'Invalid $format query option - the only acceptable values are "json" and "atom".'),
        (f"{DAILY}?rws-version=2014-V1", 404, "The version specified in the request is unsupported."),
    ):
        r = gateway.get(path, status=status)
        equal([text], etree.fromstring(r.content).xpath(message), path)
        if "format=" not in path:
            body = gateway.get(path + ("&" if "?" in path else "?") + "$format=json", status=status).json()
            equal(text, body["error"]["message"]["value"] if "error" in body else body["Message"], path + " in JSON")
    equal(403, requests.post(gateway.root + DAILY, data="<entry/>", auth=(USER, PASSWORD), timeout=30).status_code, "a POST")


def passwords():
    gateway.get(DAILY, status=401, auth=(USER, "wrong"))
    r = gateway.get(DAILY, status=401 if gateway.asks else 200, auth=None)
    if gateway.asks:
        true(r.headers["WWW-Authenticate"].startswith("Basic "), r.headers["WWW-Authenticate"])
        gateway.get(DAILY, status=401, auth=("stranger", "demo"))


for name, body in (
    ("every row by JSON", all_rows), ("options as requests encodes them", encoded_options), ("feedparser", by_feedparser), ("empty feed", empty_feed),
    ("every page by lxml", pages), ("weeks and months are sums of days", sums), ("zones", zones), ("JSON shapes", shapes), ("errors", errors), ("passwords", passwords),
    *others.groups(gateway, daily),
):
    checks.group(name, body)
checks.finish()

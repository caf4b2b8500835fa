"""Requests as clients send them that cannot run here: their paths, options and headers, sent by requests, with the rows they must get.

Each shape is one that the named client or public script was seen to send.
"""

import datetime

from lxml import etree

from checks import equal, true
from reports import ATOM_FEED, DAILY, PAGE, VERBOSE, from_json, lxml_rows


def groups(gateway, daily):
    """Names and bodies of the groups; daily is the list of all rows, filled when they run."""

    def rows(path, **headers):
        d = gateway.get(path, kind=VERBOSE, **headers).json()["d"]
        return [from_json(r) for r in (d["results"] if isinstance(d, dict) else d)]

    def since(date):
        return [r for r in daily if r["Date"] >= date]

    def ui5():
        found = rows(f"{DAILY}?$filter=ID%20gt%2020700l%20and%20Date%20ge%20datetime%272026-11-01T00%3a00%3a00%27&$orderby=Date%20desc,ID%20asc", Accept="application/json", DataServiceVersion="2.0", MaxDataServiceVersion="2.0")
        equal(since("2026-11-01")[::-1], found, "rows")
        equal(str(len(daily)), gateway.get(DAILY + "/$count", Accept="text/plain, */*;q=0.5").text, "$count")

    def breeze():
        found = rows(f"{DAILY}?$filter=(Date%20ge%20datetime'2026-11-01T00:00:00.000Z')%20and%20(startswith(TenantName%2C'exa')%20eq%20true)&$top=100", DataServiceVersion="2.0", MaxDataServiceVersion="2.0",
                     Accept="application/atomsvc+xml;q=0.8, application/json;odata=verbose;q=0.5, */*;q=0.1")
        equal(since("2026-11-01"), found, "rows")
        gateway.get("$metadata", kind="application/xml;charset=utf-8", Accept="application/*; odata.metadata=full")

    def sap():
        entry = gateway.get(f"{DAILY}(Date=datetime'2026-11-13T00%3A00%3A00.000')", Accept="application/json", MaxDataServiceVersion="2.0", kind=VERBOSE).json()["d"]
        equal([r for r in daily if r["Date"].startswith("2026-11-13")], [from_json(entry)], "entry")
        equal(daily[:PAGE], rows(f"{DAILY}?$skip=0&$top=100&$format=json"), "rows")
        gateway.get(DAILY + "/$count", status=415, Accept="application/json")

    def sloppy():
        equal([{"ID": r["ID"], "Date": r["Date"]} for r in daily[:3]], rows(f"{DAILY}?%24select=Date%2CID&%24top=3&%24format=json"), "rows of %24")
        equal(since("2026-11-15"), rows(f"{DAILY}?$top=50 & $filter=Date ge datetime'2026-11-15T00:00:00' &$format=json"), "rows of blanks around &")
        equal(daily[:2], rows(f"{DAILY}/?$top=2&amp;$filter=ID eq 1&$format=JSON"), "rows where &amp; hides an option")
        equal(since("2026-11-20"), rows(f"{DAILY}()?$filter=Date+ge+DateTime%272026-11-20T00%3A00%3A00.0000000%27&$format=Json"), "rows of seven digits of a second")

    def windows():
        """Half-open windows of dates, one after another, with $skip, as o365rwsclient asks."""
        found, start = [], datetime.date(2026, 5, 1)
        while start < datetime.date(2026, 12, 1):
            end = start + datetime.timedelta(days=30)
            for skip in (0, 20):
                path = f"{DAILY}?$top=20&$filter=((Date ge datetime'{start}T00:00:00') and (Date lt datetime'{end}T00:00:00'))&$skip={skip}"
                found += lxml_rows(etree.fromstring(gateway.get(path, kind=ATOM_FEED).content))
            start = end
        equal(daily, found, "rows of all windows")

    def nextlinks():
        """Light JSON, whose next link a script cuts the leading ../../ from."""
        found, path = [], DAILY
        while path:
            page = gateway.get(path, Accept="application/json").json()
            found += [r["Date"] for r in page["value"]]
            link = page.get("odata.nextLink")
            true(link is None or link.startswith("../../reportingwebservice/reporting.svc/"), f"next link {link}")
            path = link and link.split("reporting.svc/", 1)[1]
        equal([r["Date"] for r in daily], found, "dates")

    return (("as UI5 asks", ui5), ("as breeze asks", breeze), ("as SAP's clients ask", sap), ("sloppy scripts", sloppy), ("windows of dates", windows), ("next links cut by hand", nextlinks))

"""Three gateways and the nginx in front of them answer alike, byte for byte, page after page.

/usr/bin/python3 same.py CA NGINX-PORT PORT PORT PORT
"""

import base64
import http.client
import json
import re
import ssl
import sys

HOST = "reports.office365.com"
ROOT = "/ecp/reportingwebservice/reporting.svc/"
BASIC = "Basic " + base64.b64encode(b"reader@example.onmicrosoft.com:demo").decode()
OWN = {"date", "request-id", "x-rwsgate-answer", "x-upstream", "server", "connection", "keep-alive"}

ca, nginx, *gateways = sys.argv[1:]


class Nginx(http.client.HTTPSConnection):
    """A connection to nginx under the name of the retired service."""

    def __init__(self):
        super().__init__("127.0.0.1", int(nginx), timeout=60)
        self.context = ssl.create_default_context(cafile=ca)

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self.context.wrap_socket(self.sock, server_hostname=HOST)


def ask(connection, path, headers, forwarded):
    own = {"Host": HOST, "Authorization": BASIC, "User-Agent": "same", **headers}
    if forwarded:
        own |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
    connection.request("GET", path, headers=own)
    answer = connection.getresponse()
    return answer, answer.read()


def what(answer, body):
    """All that must be the same: not the request's own id, nor how the cache did, nor who asked when."""
    fields = sorted((k.lower(), v) for k, v in answer.getheaders() if k.lower() not in OWN)
    through = re.sub(r"^\w+|age=\d+", "", answer.getheader("X-Rwsgate-Answer") or "")
    request = (answer.getheader("request-id") or "?").encode()
    return answer.status, fields, through, body.replace(request, b"ID")


direct = [http.client.HTTPConnection("127.0.0.1", int(p), timeout=60) for p in gateways]
front = Nginx()


def alike(path, **headers):
    """The answer that all give."""
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    first = ask(front, path, headers, False)
    for port, connection in zip(gateways, direct):
        for _ in range(2):  # from the source, and from the cache
            other = what(*ask(connection, path, headers, True))
            if other != what(*first):
                sys.exit(f"{path} {headers}: {port} answers\n{str(other)[:2000]}\nand nginx\n{str(what(*first))[:2000]}")
    return first


def walk(report, order):
    """All rows by verbose JSON, each page through nginx, as its next links lead."""
    path, rows, seen = f"{ROOT}{report}?$format=json&$inlinecount=allpages{order}", [], []
    while path:
        answer, body = alike(path)
        seen.append(answer.getheader("X-Upstream"))
        page = json.loads(body)["d"]
        rows += [int(r["ID"]) for r in page["results"]]
        count = int(page.get("__count", 0)) or count
        link = page.get("__next")
        if link and not link.startswith(f"https://{HOST}{ROOT}"):
            sys.exit(f"a next link leads elsewhere: {link}")
        path = link and link.removeprefix(f"https://{HOST}") + ("" if "format=json" in link else "&$format=json")
    if len(set(rows)) != len(rows) or len(rows) != count or rows != sorted(rows, reverse="desc" in order):
        sys.exit(f"{report}{order}: {len(rows)} rows of {count}, or one twice, or out of order")
    return len(seen), set(seen)


checked = 0
for report in ("CsP2PAVTimeDaily", "CsP2PAVTimeWeekly", "CsP2PAVTimeMonthly"):
    for zone in ("UTC", "Pacific Standard Time", "Asia/Kolkata"):
        for query in ("", "?$format=Json", "?$orderby=TotalAudioMinutes%20desc,Date&$top=7&$select=Date,TotalAudioMinutes",
                      "?$filter=TotalVideoMinutes%20gt%20100&$skip=3", "/$count", "?$filter=Nothing%20eq%201", "?$top=-1"):
            alike(ROOT + report + query, X_timezone=zone)
            checked += 1
for path in (ROOT, ROOT + "$metadata", ROOT + "Unknown", "/elsewhere", ROOT + "CsP2PAVTimeDaily?$orderby=" + "Date," * 1500 + "ID"):
    alike(path)
    checked += 1
alike(ROOT + "CsP2PAVTimeDaily", Accept="application/json", Accept_Encoding="gzip")
pages, upstreams = 0, set()
for order in ("", "&$orderby=Date%20desc"):
    n, by = walk("CsP2PAVTimeDaily", order)
    pages, upstreams = pages + n, upstreams | by
if pages < 8 or len(upstreams) < 3:
    sys.exit(f"{pages} pages by {upstreams}")
print(f"{checked + 1} requests and {pages} pages by {len(upstreams)} gateways, all the same by each of them")

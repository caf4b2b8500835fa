"""requests, as any script uses it: every page of the daily report, and which server gave it.

/usr/bin/python3 pages.py ROOT/
"""

import sys

import requests

url, rows = sys.argv[1] + "CsP2PAVTimeDaily?$format=json", 0
while url:
    answer = requests.get(url, auth=("reader@example.onmicrosoft.com", "demo"), timeout=30)
    answer.raise_for_status()
    assert "X-Rwsgate-Answer" in answer.headers, "somebody else answered"
    page = answer.json()["d"]
    rows += len(page["results"])
    url = page.get("__next") and page["__next"] + "&$format=json"
    assert not url or url.startswith(sys.argv[1]), url
print(rows, "rows")

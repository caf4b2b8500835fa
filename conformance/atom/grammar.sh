#!/usr/bin/env bash
# Checks feeds and entries of a running gateway against the grammar of RFC 4287, all in one run of jing.
#   grammar.sh ROOT/ FOLDER      (FOLDER takes the documents)
# The link to the next page comes after the entries, as WCF Data Services wrote it; the grammar wants it before them, so it is cut out.
set -uo pipefail
root=$1 folder=$2
names=() wanted=()
zone=UTC

document() { # NAME PATH ENTRIES: fetches a document that must be valid; ENTRIES is a number, or + for any but none
	local file="$folder/${1// /-}.xml" entries problem=
	curl -fsS -u reader@example.onmicrosoft.com:demo -H "X-timezone: $zone" -o "$file" "$root$2" || { problem='not answered' && echo '<none/>' >"$file"; }
	sed -i 's#<link rel="next" href="[^"]*" /></feed>$#</feed>#' "$file"
	entries=$(grep -o '<entry[ >]' "$file" | wc -l)
	if [ "$3" = + ]; then [ "$entries" -gt 0 ]; else [ "$entries" = "$3" ]; fi || problem="$entries entries, not $3"
	names+=("$1") wanted+=("valid$problem")
}

broken() { # NAME SED-SCRIPT: makes a fault that the grammar must notice, or it would prove nothing
	local file="$folder/${1// /-}.xml"
	sed "$2" "$folder/daily.xml" >"$file"
	names+=("$1") wanted+=(refused)
}

judge() {
	local files findings name i outcome passed=0 failed=0
	files=("${names[@]// /-}")
	files=("${files[@]/%/.xml}")
	findings=$(cd "$folder" && jing -c "$grammar" "${files[@]}" 2>&1)
	for i in "${!names[@]}"; do
		name=${names[i]}
		outcome=valid
		if grep -qF "/${name// /-}.xml:" <<<"$findings"; then outcome=refused; fi
		if [ "${wanted[i]}" = "$outcome" ]; then
			passed=$((passed + 1))
			echo "ok    $name: $outcome"
		else
			failed=$((failed + 1))
			echo "FAIL  $name: wanted ${wanted[i]}, is $outcome $(grep -F "/${name// /-}.xml:" <<<"$findings" | head -2)"
		fi
	done
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

grammar=$(cd "$(dirname "$0")" && pwd)/atom.rnc
document daily CsP2PAVTimeDaily 50
document weekly CsP2PAVTimeWeekly +
document monthly CsP2PAVTimeMonthly +
document 'last page' "CsP2PAVTimeDaily?\$skiptoken=datetime'2026-11-01T00:00:00'" 20
document options "CsP2PAVTimeDaily?\$select=Date,TotalAudioMinutes&\$orderby=Date%20desc&\$top=10&\$format=Atom" 10
document count 'CsP2PAVTimeWeekly?$inlinecount=allpages&$skip=3&$top=5' 5
document filter "CsP2PAVTimeDaily?\$filter=TotalVideoMinutes%20gt%20400%20and%20startswith(TenantName,'exa')" +
document entry "CsP2PAVTimeMonthly(datetime'2026-09-30')" 1
document 'selected entry' "CsP2PAVTimeDaily(datetime'2026-09-30')?\$select=TenantGuid" 1
document empty 'CsP2PAVTimeDaily?$filter=ID%20eq%201' 0
document 'empty with count' 'CsP2PAVTimeMonthly?$inlinecount=allpages&$top=0' 0
zone='Pacific Standard Time'
document 'pacific weeks' CsP2PAVTimeWeekly +
broken 'without ids' 's#<id>[^<]*</id>##'
broken 'without updated' 's#<updated>[^<]*</updated>##g'
broken 'with a date that is none' 's#<updated>[^<]*</updated>#<updated>today</updated>#'
broken 'without titles' 's#<title />##g'
judge

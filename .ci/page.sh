# Sourced by run: the status page in a real browser.

chromium_path() { command -v chromium || command -v google-chrome || command -v chromium-browser; }

page_missing() {
	node_missing
	chromium_path >/dev/null || echo 'no chromium'
}

# check_page [--screenshots FOLDER]: needs the binary that check_build made.
check_page() {
	mkdir -p "$out/page" && cp conformance/page/{package.json,package-lock.json,.npmrc} conformance/page/*.js "$out/page" &&
		(cd "$out/page" && npm ci --ignore-scripts --loglevel=error) &&
		node "$out/page/page.js" "$out/rwsgate" "$(chromium_path)" "$@"
}

# check_pages: the step of run.
check_pages() {
	local reason
	reason=$(page_missing)
	if [ -n "$reason" ]; then skip 'status page' "$reason"; else step 'status page in Chromium' check_page; fi
}

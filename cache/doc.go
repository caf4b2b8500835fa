// Package cache holds what is kept to be fast: rendered answers and rows, and the keeper that refreshes each tenant's
// history when it is due. It owns the interfaces of what it needs; other rooms satisfy them.
//
// # Answers and rows
//
// Both lie in github.com/patrickmn/go-cache, which gives the map, its lock, expiry and the janitor that clears what has
// expired. That library has no bound, so a ring of the entries in order of arrival is kept beside it: when the number
// or the bytes of the entries exceed their bound, the oldest entry that was not read since the ring last passed it goes
// (second chance). A hit takes go-cache's read lock, sets one flag and allocates nothing. Nothing is ever invalidated:
// keys name the history's version and the local date, so an outdated entry is never found again, and expires.
//
// # Keeper
//
// One [Keeper] a process serves all tenants. It holds every tenant's snapshot in memory, asks Graph when a tenant is
// due, commits to the store first and swaps memory then, and notices what other processes committed by asking the store
// for its versions every few seconds. Two goroutines serve all tenants; a third kind exists for the length of a fetch.
package cache

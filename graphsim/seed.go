package graphsim

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"rwsgate/translate"
)

// source gives the generator for one thing of one tenant: every day and every identity has its own, so that each can be
// made alone and in any order.
func source(seed uint64, tenant, what string, n int64) *rand.PCG {
	h := fnv.New64a()
	h.Write([]byte(tenant))
	h.Write([]byte{0})
	h.Write([]byte(what))
	return rand.NewPCG(seed^h.Sum64(), uint64(n)*0x9e3779b97f4a7c15+1)
}

// madeCredential gives the application of a tenant that names none.
func madeCredential(seed uint64, tenant string) Credential {
	p := source(seed, tenant, "credential", 0)
	return Credential{ClientID: guid(p.Uint64(), p.Uint64()), Secret: "sim~" + letters(p, 36)}
}

// guid writes 128 bits as a version 4 GUID.
func guid(hi, lo uint64) string {
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&0xffffffffffff)
}

// letters gives n characters that need no escaping in a URL.
func letters(p *rand.PCG, n int) string {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.BigEndian.AppendUint64(b, p.Uint64())
	}
	return base64.RawURLEncoding.EncodeToString(b)[:n]
}

// pacific gives the demo tenant's zone from the embedded zone data, so that it does not hang on the machine's.
var pacific = sync.OnceValue(func() *time.Location {
	zones, err := translate.NewZones(nil)
	if err != nil {
		panic("graphsim: " + err.Error()) // the data are part of the program
	}
	zone, err := zones.Lookup("Pacific Standard Time")
	if err != nil {
		panic("graphsim: " + err.Error())
	}
	return zone.Location()
})

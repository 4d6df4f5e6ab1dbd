package setup

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
)

// key returns a short name for the given parts; it changes when any of them
// does.
func key(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		io.WriteString(h, p)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

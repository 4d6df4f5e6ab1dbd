package browsertest

import (
	"context"
	"testing"
	"time"
)

// A browser that makes no frames is found out and replaced, and what it did is
// done again.
func TestStoppedBrowserIsReplaced(t *testing.T) {
	opened := 0
	Browse(t, 400, 300, func(b *Browser) {
		opened++
		b.Show([]byte(`<!DOCTYPE html><p>a page`))
		if opened == 1 {
			b.Run(`window.requestAnimationFrame = () => {}`)
		}
		b.Until("end of the second look", map[int]string{1: `false`, 2: `document.querySelector("p")`}[opened])
	})
	if opened != 2 {
		t.Errorf("%d browsers were opened, want 2", opened)
	}
}

// A call without an answer gives the browser up, and does not fail the test.
func TestNoAnswerGivesUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	defer func() {
		if why := recover(); why != stopped("does not answer: a question") {
			t.Errorf("gave up because of %v", why)
		}
	}()
	b := &Browser{t: t, ctx: ctx}
	b.answer("a question", func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	t.Error("went on")
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustAnchors.Tsa;
import io.tallystick.trust.TrustAnchors.ValidFor;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Logs, and what is refused, are in {@link TrustRootInstallationTest}. */
class NarrowedAnchorTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final List<String> ROOT = List.of("AA==");

    private static List<NarrowedAnchor> between(Tsa before, Tsa next) {
        return NarrowedAnchor.between(TrustAnchors.NONE.with(before), TrustAnchors.NONE.with(next));
    }

    private static Tsa tsa(List<String> roots, List<String> policies) {
        return new Tsa("tsa", roots, policies, ValidFor.ALWAYS);
    }

    @Test
    void anAuthorityThatTakesAllItTookIsNotNarrowed() {
        Tsa any = tsa(ROOT, List.of());
        Tsa one = tsa(ROOT, List.of("1.2.3"));

        assertThat(between(any, any)).isEmpty();
        assertThat(between(one, any)).isEmpty();
        assertThat(between(one, tsa(ROOT, List.of("1.2.4", "1.2.3")))).isEmpty();
        assertThat(between(any, tsa(List.of("AQ==", "AA=="), List.of()))).isEmpty();
        assertThat(NarrowedAnchor.between(TrustAnchors.NONE.with(any), TrustAnchors.NONE))
                .isEmpty();
        assertThat(NarrowedAnchor.between(TrustAnchors.NONE, TrustAnchors.NONE.with(any)))
                .isEmpty();
    }

    @Test
    void anotherRootOrAPolicyLessConcernsEveryReceipt() {
        Tsa any = tsa(ROOT, List.of());
        List<Tsa> narrower = List.of(tsa(List.of("AQ=="), List.of()), tsa(ROOT, List.of("1.2.3")));
        for (Tsa next : narrower) {
            assertThat(between(any, next)).singleElement().satisfies(narrowed -> {
                assertThat(narrowed.from()).isEqualTo(NewDemand.BEGINNING);
                assertThat(narrowed.lost().test(NOON)).isTrue();
            });
        }
        assertThat(between(tsa(ROOT, List.of("1.2.3", "1.2.4")), tsa(ROOT, List.of("1.2.3"))))
                .hasSize(1);
    }

    @Test
    void anEarlierEndConcernsWhatWasStampedAfterIt() {
        Tsa ended = new Tsa("tsa", ROOT, List.of(), new ValidFor(Instant.EPOCH, NOON));

        assertThat(between(tsa(ROOT, List.of()), ended)).singleElement().satisfies(narrowed -> {
            assertThat(narrowed.from()).isEqualTo(NOON);
            assertThat(narrowed.lost().test(NOON)).isFalse();
            assertThat(narrowed.lost().test(NOON.plusMillis(1))).isTrue();
        });
        assertThat(between(ended, tsa(ROOT, List.of()))).isEmpty();
    }

    @Test
    void aLaterBeginningConcernsWhatWasStampedBeforeIt() {
        Tsa begun = new Tsa("tsa", ROOT, List.of(), new ValidFor(NOON, ValidFor.ALWAYS.end()));

        assertThat(between(tsa(ROOT, List.of()), begun)).singleElement().satisfies(narrowed -> {
            assertThat(narrowed.from()).isEqualTo(NewDemand.BEGINNING);
            assertThat(narrowed.lost().test(NOON)).isFalse();
            assertThat(narrowed.lost().test(NOON.minusMillis(1))).isTrue();
        });
    }
}

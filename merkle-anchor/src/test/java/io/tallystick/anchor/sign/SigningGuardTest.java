// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.sign.SigningGuard.Outcome;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SigningGuardTest {
    private static final String ORIGIN = "ledger.example.com";

    private final SigningGuard guard = new SigningGuard();

    private static TreeHead head(long size, String root) {
        return new TreeHead(size, Hash.sha256(root.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theFirstHeadAndLargerOnesAreFresh() {
        assertThat(guard.offer(ORIGIN, head(7, "a"))).isEqualTo(new Outcome.Fresh());
        guard.record(ORIGIN, head(7, "a"));

        assertThat(guard.offer(ORIGIN, head(8, "b"))).isEqualTo(new Outcome.Fresh());
        assertThat(guard.requireSignable(ORIGIN, head(8, "b"))).isTrue();
    }

    @Test
    void theSameHeadIsARepetition() {
        guard.record(ORIGIN, head(7, "a"));

        assertThat(guard.offer(ORIGIN, head(7, "a"))).isEqualTo(new Outcome.Repeated());
        assertThat(guard.requireSignable(ORIGIN, head(7, "a"))).isFalse();
    }

    @Test
    void offeringChangesNothing() {
        guard.requireSignable(ORIGIN, head(7, "a"));

        assertThat(guard.last(ORIGIN)).isEmpty();
        assertThat(guard.requireSignable(ORIGIN, head(7, "b"))).isTrue();
    }

    @Test
    void aSecondRootForASizeIsNeverSigned() {
        guard.record(ORIGIN, head(7, "a"));

        assertThat(guard.offer(ORIGIN, head(7, "b"))).isEqualTo(new Outcome.Forked(head(7, "a")));
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> guard.requireSignable(ORIGIN, head(7, "b")))
                .withMessageContainingAll("second root", ORIGIN);
        assertThatExceptionOfType(LedgerIntegrityException.class).isThrownBy(() -> guard.record(ORIGIN, head(7, "b")));
        assertThat(guard.last(ORIGIN)).contains(head(7, "a"));
    }

    @Test
    void aSmallerTreeIsNeverSigned() {
        guard.record(ORIGIN, head(7, "a"));

        assertThat(guard.offer(ORIGIN, head(6, "c"))).isEqualTo(new Outcome.Shrunk(head(7, "a")));
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> guard.requireSignable(ORIGIN, head(6, "c")))
                .withMessageContaining("smaller tree");
        assertThatExceptionOfType(LedgerIntegrityException.class).isThrownBy(() -> guard.record(ORIGIN, head(6, "c")));
    }

    @Test
    void onlySmallerTreesAreBehind() {
        assertThat(guard.isBehind(ORIGIN, head(1, "z"))).isFalse();
        guard.record(ORIGIN, head(7, "a"));

        assertThat(guard.isBehind(ORIGIN, head(6, "c"))).isTrue();
        assertThat(guard.isBehind(ORIGIN, head(7, "a"))).isFalse();
        assertThat(guard.isBehind(ORIGIN, head(7, "b"))).isFalse();
        assertThat(guard.isBehind(ORIGIN + "/acme/0", head(6, "c"))).isFalse();
    }

    @Test
    void originsDoNotMix() {
        guard.record(ORIGIN, head(7, "a"));

        assertThat(guard.offer(ORIGIN + "/acme/0", head(3, "z"))).isEqualTo(new Outcome.Fresh());
    }

    @Test
    void anExtensionStartsWhereTheLastOneEnded() {
        assertThat(guard.requireExtension(ORIGIN, TreeHead.EMPTY, head(3, "a"))).isTrue();
        guard.record(ORIGIN, head(3, "a"));

        assertThat(guard.requireExtension(ORIGIN, head(3, "a"), head(5, "b"))).isTrue();
        assertThat(guard.requireExtension(ORIGIN, TreeHead.EMPTY, head(3, "a"))).isFalse();
    }

    @Test
    void anExtensionOfAnotherTreeIsNeverSigned() {
        guard.record(ORIGIN, head(3, "a"));

        refusesExtension(head(3, "b"), head(5, "c"));
        refusesExtension(head(4, "b"), head(5, "c"));
        refusesExtension(TreeHead.EMPTY, head(5, "c"));
        refusesExtension(TreeHead.EMPTY, head(3, "c"));
        refusesExtension(TreeHead.EMPTY, head(2, "c"));
    }

    @Test
    void aRegistryThatDoesNotBeginEmptyIsNotTheFirst() {
        refusesExtension(head(3, "a"), head(5, "b"));
    }

    private void refusesExtension(TreeHead previous, TreeHead next) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> guard.requireExtension(ORIGIN, previous, next))
                .withMessageContaining("refused to sign");
    }
}

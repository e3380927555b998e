// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.trust.TrustAnchors.Kind;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReceiptIndexTest {
    private static final ReceiptNames.Parsed LOG = party("log1.log.json");
    private static final ReceiptNames.Parsed TSA = party("tsa1.tsr");
    private static final ReceiptNames.Parsed W1 = party("cosignature-00000001");
    private static final ReceiptNames.Parsed W2 = party("cosignature-00000002");
    private static final Set<ReceiptNames.Parsed> LISTED = Set.of(LOG, TSA, W1, W2);

    private final ReceiptIndex<Long> index = new ReceiptIndex<>();

    private static ReceiptNames.Parsed party(String name) {
        return ReceiptNames.parse(name).orElseThrow();
    }

    private static WantedReceipts wanted(int witnesses, int tsa, int logs) {
        return new WantedReceipts(LISTED, Map.of(Kind.WITNESSES, witnesses, Kind.TSA, tsa, Kind.LOGS, logs), witnesses);
    }

    private void logAlways() {
        for (long place = 1; place <= 100; place++) {
            index.add(LOG, place);
        }
    }

    @Test
    void whoAlwaysAnswersHidesNobodyWhoComesBackLate() {
        // Given
        logAlways();
        index.add(TSA, 100L);
        index.add(TSA, 101L);

        // Then
        assertThat(index.reach(1L, wanted(0, 1, 0))).contains(100L);
        assertThat(index.reach(1L, wanted(0, 0, 0))).as("for a time").contains(100L);
        assertThat(index.alone(1L, wanted(0, 1, 1), 1)).containsExactly(100L);
    }

    @Test
    void whereAllIsThereNothingBehindIsWanted() {
        // Given
        logAlways();
        index.add(TSA, 1L);
        index.add(TSA, 50L);

        // Then
        assertThat(index.reach(1L, wanted(0, 1, 1))).isEmpty();
        assertThat(index.reach(1L, wanted(0, 0, 0))).isEmpty();
    }

    @Test
    void asMuchAsThereIsIsReached() {
        // Given: a second witness never comes
        logAlways();
        index.add(W1, 30L);
        index.add(W1, 40L);

        // Then
        assertThat(index.reach(1L, wanted(2, 0, 0))).contains(30L);
        assertThat(index.reach(30L, wanted(2, 0, 0))).isEmpty();
        assertThat(index.alone(1L, wanted(2, 0, 0), 8)).isEmpty();
    }

    @Test
    void severalPlacesTogetherAreNotOneThatHasItAll() {
        // Given
        index.add(W1, 10L);
        index.add(W2, 20L);
        index.add(W1, 60L);
        index.add(W2, 60L);

        // Then
        assertThat(index.reach(1L, wanted(2, 0, 0))).contains(20L);
        assertThat(index.alone(1L, wanted(2, 0, 0), 8)).containsExactly(60L);
    }

    @Test
    void ofPlacesWithAndWithoutATimeSoManyEachAreTold() {
        // Given
        logAlways();
        for (long place = 90; place <= 100; place++) {
            index.add(TSA, place);
        }

        // Then
        assertThat(index.alone(0L, wanted(0, 0, 1), 2)).containsExactly(1L, 2L, 90L, 91L);
    }

    @Test
    void strangersCountForNothing() {
        // Given
        index.add(party("stranger.tsr"), 5L);

        // Then
        assertThat(index.reach(1L, wanted(0, 1, 0))).isEmpty();
        assertThat(index.alone(1L, wanted(0, 0, 0), 8)).isEmpty();
        assertThat(wanted(0, 1, 0).isMetBy(Set.of(party("stranger.tsr")))).isFalse();
    }

    @Test
    void numbersAreNotNegative() {
        assertThatIllegalArgumentException().isThrownBy(() -> wanted(-1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new WantedReceipts(LISTED, Map.of(Kind.TSA, -1), 0));
    }
}

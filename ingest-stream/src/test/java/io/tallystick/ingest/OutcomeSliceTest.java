// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomeSliceTest {
    private static final long HEAD = 1_000_000;

    private static void read(OutcomeSlice slice, int records) {
        for (int i = 0; i < records; i++) {
            slice.read(slice.position());
        }
    }

    @Test
    void slicesBeginAtTheLowestStopAndAtTheLowestNearTheHeadInTurns() {
        // Given
        List<Long> stops = List.of(5L, 600_000L, 985_000L, 990_000L);

        // When
        OutcomeSlice full = OutcomeSlice.inFull(stops, HEAD);
        OutcomeSlice near = full.next(stops, HEAD);

        // Then
        assertThat(full.position()).isEqualTo(5);
        assertThat(near.position()).isEqualTo(985_000);
        assertThat(near.next(stops, HEAD).position()).isEqualTo(5);
    }

    @Test
    void allThatOneSliceCanServeAreNear() {
        // Given
        long reach = HEAD - OutcomeSlice.RECORDS_MAX;
        List<Long> stops = List.of(reach - 1, reach, HEAD - 1);

        // Then
        assertThat(OutcomeSlice.inFull(stops, HEAD).next(stops, HEAD).position())
                .isEqualTo(reach);
    }

    @Test
    void stopsThatTheHeadFellBehindAreServedToo() {
        // Given
        List<Long> stops = List.of(HEAD + 5);

        // Then
        assertThat(OutcomeSlice.inFull(stops, HEAD).next(stops, HEAD).position())
                .isEqualTo(HEAD + 5);
    }

    @Test
    void tenantsJoinBeforeTheirStopOnly() {
        // Given
        OutcomeSlice slice = OutcomeSlice.inFull(List.of(10L), HEAD);
        slice.join(Map.of("early", 10L));
        read(slice, 5);

        // When
        slice.join(Map.of("early", 15L, "here", 15L, "ahead", 100L, "passed", 14L, "far", 15L + 1_995));

        // Then
        assertThat(slice.members()).containsExactlyInAnyOrder("early", "here", "ahead");
    }

    @Test
    void tenantThatIsSetBackOrTakesNoMoreIsOut() {
        // Given
        OutcomeSlice slice = OutcomeSlice.inFull(List.of(10L), HEAD);
        slice.join(Map.of("acme", 10L, "globex", 10L, "initech", 10L));
        read(slice, 5);

        // When
        slice.join(Map.of("acme", 12L, "initech", 15L));
        slice.leave("initech");

        // Then
        assertThat(slice.members()).isEmpty();
        assertThat(slice.isOver()).isTrue();
    }

    @Test
    void sliceEndsAfterItsLength() {
        // Given
        OutcomeSlice slice = OutcomeSlice.inFull(List.of(0L), HEAD);
        slice.join(Map.of("acme", 0L));

        // When
        read(slice, OutcomeSlice.RECORDS_MAX - 1);

        // Then
        assertThat(slice.isOver()).isFalse();
        read(slice, 1);
        assertThat(slice.isOver()).isTrue();
    }
}

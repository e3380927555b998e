// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.SchemaTurns.Turn;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SchemaTurnsTest {
    private final SchemaTurns turns = new SchemaTurns();

    @Test
    void tenantsTakeTurnsAndEachHasItsOrder() {
        // When
        turns.add("noisy", 1);
        turns.add("noisy", 2);
        turns.add("noisy", 3);
        turns.add("quiet", 4);
        turns.add("other", 5);

        // Then
        assertThat(turns.next()).contains(new Turn("noisy", 1));
        assertThat(turns.next()).contains(new Turn("quiet", 4));
        turns.add("quiet", 6);
        assertThat(turns.next()).contains(new Turn("other", 5));
        assertThat(turns.next()).contains(new Turn("noisy", 2));
        assertThat(turns.next()).contains(new Turn("quiet", 6));
        assertThat(turns.next()).contains(new Turn("noisy", 3));
        assertThat(turns.next()).isEmpty();
    }

    @Test
    void whoComesBackIsBehindThoseWhoWait() {
        // Given
        turns.add("noisy", 1);
        Optional<Turn> first = turns.next();
        turns.add("quiet", 2);

        // When
        turns.add("noisy", 3);

        // Then
        assertThat(first).contains(new Turn("noisy", 1));
        assertThat(turns.next()).contains(new Turn("quiet", 2));
    }

    @Test
    void nothingIsNext() {
        assertThat(turns.next()).isEmpty();
    }
}

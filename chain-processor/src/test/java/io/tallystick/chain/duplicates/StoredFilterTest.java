// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.chain.sequence.Identity;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StoredFilterTest {
    private static Identity identity(int number) {
        return Identity.of("acme/0", Optional.empty(), "id-" + number);
    }

    @Test
    void itNeverDeniesWhatWasAdded() {
        // Given: more than it is made for
        StoredFilter filter = new StoredFilter(StoredFilter.BYTES_MIN);
        IntStream.range(0, 100_000).forEach(number -> filter.add(identity(number)));

        // When, Then
        assertThat(filter.isFull()).isTrue();
        assertThat(IntStream.range(0, 100_000)).allMatch(number -> filter.mayHold(identity(number)));
    }

    @Test
    void aFullOneDeniesNearlyAllThatWasNotAdded() {
        // Given
        StoredFilter filter = new StoredFilter(StoredFilter.BYTES_MIN);
        int added = 0;
        while (!filter.isFull()) {
            filter.add(identity(added++));
        }

        // When
        long wrong = IntStream.range(added, 2 * added)
                .filter(number -> filter.mayHold(identity(number)))
                .count();

        // Then
        assertThat(wrong).isLessThan(added / 40);
    }

    @Test
    void anEmptyOneDeniesEverything() {
        StoredFilter filter = new StoredFilter(StoredFilter.BYTES_MIN);
        assertThat(IntStream.range(0, 1_000)).noneMatch(number -> filter.mayHold(identity(number)));
    }

    @Test
    void itsSizeIsAPowerOfTwoThatHoldsWhatIsAskedFor() {
        assertThat(StoredFilter.bytesFor(0)).isEqualTo(StoredFilter.BYTES_MIN);
        assertThat(StoredFilter.bytesFor(100_000)).isEqualTo(128 << 10);
        assertThat(StoredFilter.bytesFor(1_000_000)).isEqualTo(2 << 20);
        assertThatThrownBy(() -> new StoredFilter(100_000)).isInstanceOf(IllegalArgumentException.class);
    }
}

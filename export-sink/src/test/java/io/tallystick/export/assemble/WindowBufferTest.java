// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WindowBufferTest {
    private static Instant window(int number) {
        return Instant.ofEpochSecond(900L * number);
    }

    private static WindowBuffer<NavigableSet<Long>> buffer(int recordsMax) {
        return new WindowBuffer<>(recordsMax, Instant.MIN, 0, TreeSet::new);
    }

    private static void offer(WindowBuffer<NavigableSet<Long>> buffer, int window, long offset) {
        buffer.offer(window(window), offset, content -> content.add(offset));
    }

    @Test
    void resumesAtTheFirstRecordOfAnUnfinishedWindow() {
        // Given
        WindowBuffer<NavigableSet<Long>> buffer = buffer(10);
        offer(buffer, 1, 0);
        offer(buffer, 2, 1);
        offer(buffer, 1, 2);
        offer(buffer, 3, 3);

        // When
        buffer.finish(window(1));

        // Then
        assertThat(buffer.resumeOffset()).isEqualTo(1);
        assertThat(buffer.earliest()).contains(window(2));
    }

    @Test
    void resumesBehindEverythingWhenNothingIsOpen() {
        // Given
        WindowBuffer<NavigableSet<Long>> buffer = buffer(10);
        offer(buffer, 1, 0);
        buffer.skip(1);

        // When
        buffer.finish(window(1));

        // Then
        assertThat(buffer.resumeOffset()).isEqualTo(2);
        assertThat(buffer.earliest()).isEmpty();
    }

    @Test
    void ignoresCopiesOfAFinishedWindow() {
        // Given
        WindowBuffer<NavigableSet<Long>> buffer = new WindowBuffer<>(10, window(5), 100, TreeSet::new);

        // When
        offer(buffer, 5, 100);
        offer(buffer, 4, 101);

        // Then
        assertThat(buffer.earliest()).isEmpty();
        assertThat(buffer.resumeOffset()).isEqualTo(102);
    }

    @Test
    void dropsLaterWindowsOverTheBoundAndGoesBackForThem() {
        // Given
        WindowBuffer<NavigableSet<Long>> buffer = buffer(2);
        offer(buffer, 1, 0);
        offer(buffer, 2, 1);
        offer(buffer, 2, 2);
        offer(buffer, 3, 3);
        offer(buffer, 1, 4);

        // When
        OptionalLong back = buffer.finish(window(1));

        // Then
        assertThat(back).hasValue(1);
        assertThat(buffer.content(window(2))).isEmpty();
        assertThat(buffer.resumeOffset()).isEqualTo(1);
    }

    @Test
    void keepsTheEarliestWindowWholeWhateverTheBound() {
        // Given
        WindowBuffer<NavigableSet<Long>> buffer = buffer(2);

        // When
        for (long offset = 0; offset < 10; offset++) {
            offer(buffer, 1, offset);
        }

        // Then
        assertThat(buffer.content(window(1)).orElseThrow()).hasSize(10);
    }

    @Test
    void takesAWindowThatComesBeforeTheEarliestOverTheBound() {
        // Given
        WindowBuffer<NavigableSet<Long>> buffer = buffer(1);
        offer(buffer, 2, 0);
        offer(buffer, 3, 1);

        // When
        offer(buffer, 1, 2);

        // Then
        assertThat(buffer.earliest()).contains(window(1));
        assertThat(buffer.finish(window(1))).hasValue(0);
    }

    @Test
    void deliversEveryWindowWholeInOrderForEveryBound() {
        // Given: three writers, of which the last is far behind
        List<int[]> log = new ArrayList<>();
        for (int writer = 0; writer < 3; writer++) {
            for (int window = 0; window < 20; window++) {
                log.add(new int[] {window, writer});
            }
        }
        for (int bound = 1; bound < 70; bound++) {
            WindowBuffer<NavigableSet<Long>> buffer = buffer(bound);

            // When
            List<Instant> finished = new ArrayList<>();
            int position = 0;
            while (position < log.size()) {
                offer(buffer, log.get(position)[0], position);
                position++;
                while (buffer.earliest()
                                .flatMap(buffer::content)
                                .map(NavigableSet::size)
                                .orElse(0)
                        == 3) {
                    Instant done = buffer.earliest().orElseThrow();
                    finished.add(done);
                    OptionalLong back = buffer.finish(done);
                    position = back.isPresent() ? (int) back.getAsLong() : position;
                }
            }

            // Then
            assertThat(finished).as("bound %d", bound).hasSize(20).isSorted();
        }
    }
}

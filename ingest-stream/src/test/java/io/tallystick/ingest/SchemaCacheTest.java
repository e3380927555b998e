// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SchemaCacheTest {
    private final SchemaCache<String> cache = new SchemaCache<>(10);

    @Test
    void whatWasPutIsFoundAndNothingElse() {
        // When
        cache.put("acme", 1, "one", 4);

        // Then
        assertThat(cache.get(1)).contains("one");
        assertThat(cache.get(2)).isEmpty();
    }

    @Test
    void whatWasNotUsedForLongestGoesFirst() {
        // Given
        cache.put("acme", 1, "one", 4);
        cache.put("acme", 2, "two", 4);
        cache.get(1);

        // When
        cache.put("acme", 3, "three", 4);

        // Then
        assertThat(cache.get(2)).isEmpty();
        assertThat(cache.get(1)).contains("one");
        assertThat(cache.get(3)).contains("three");
    }

    @Test
    void tenantOfManyTakesNothingFromAnother() {
        // Given
        cache.put("quiet", 1, "one", 4);

        // When
        for (int id = 100; id < 200; id++) {
            cache.put("noisy", id, "many", 1);
        }

        // Then
        assertThat(cache.get(1)).contains("one");
        assertThat(cache.get(199)).contains("many");
        assertThat(cache.get(193)).isEmpty();
    }

    @Test
    void newestOfManyGivesWayIfItsTenantHasTheMost() {
        // Given
        cache.put("noisy", 1, "one", 6);
        cache.put("quiet", 2, "two", 4);

        // When
        cache.put("quiet", 3, "three", 4);

        // Then
        assertThat(cache.get(1)).as("of 6, the other had 8").contains("one");
        assertThat(cache.get(2)).isEmpty();
        assertThat(cache.get(3)).contains("three");
    }

    @Test
    void answerThatIsPutAgainCountsOnceAndForWhoAskedLast() {
        // Given
        cache.put("noisy", 1, "one", 5);

        // When
        cache.put("quiet", 1, "another", 3);
        cache.put("noisy", 2, "two", 7);

        // Then
        assertThat(cache.get(1)).contains("another");
        assertThat(cache.get(2)).contains("two");
        cache.put("noisy", 3, "three", 1);
        assertThat(cache.get(1)).contains("another");
        assertThat(cache.get(2)).isEmpty();
    }

    @Test
    void answerAboveAllThereMayBeIsNotKept() {
        // When
        cache.put("acme", 1, "huge", 11);

        // Then
        assertThat(cache.get(1)).isEmpty();
        cache.put("acme", 2, "two", 10);
        assertThat(cache.get(2)).contains("two");
    }
}

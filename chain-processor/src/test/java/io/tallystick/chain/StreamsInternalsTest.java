// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.junit.jupiter.api.Test;

/** What is used of Kafka Streams beside its public API was looked at in one version, and has to be in each other one. */
class StreamsInternalsTest {
    private static final String LOOKED_AT = "4.3.1";

    @Test
    void cachesAreFlushedBeforeEachCommitAsFarAsThisVersionGoes() {
        assertThat(AppInfoParser.getVersion())
                .as(
                        "SequencerState is flushed by Streams as a record cache, and told of commits. With another version see"
                                + " that ProcessorStateManager still calls flushCache on every store before a transaction ends, and"
                                + " commit without offsets only on a store it gives up; run the ITs; then name the version here")
                .isEqualTo(LOOKED_AT);
    }

    @Test
    void aCachedStoreHasNoMethodsThatNobodyKnowsOf() {
        assertThat(Arrays.stream(CachedStateStore.class.getDeclaredMethods()).map(Method::getName))
                .as("SequencerState implements them all, by what each was for in %s", LOOKED_AT)
                .containsExactlyInAnyOrder("setFlushListener", "flushCache", "clearCache");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedOptionsTest {

    @Test
    void defaultsAreReachableFromThisMachineOnly() {
        // When
        EmbeddedOptions options = EmbeddedOptions.defaults();

        // Then
        assertThat(options).isEqualTo(new EmbeddedOptions("127.0.0.1", "127.0.0.1", 0, 0, 512));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536})
    void refusesPortsThatDoNotExist(int port) {
        // When // Then
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedOptions.defaults().withBrokerPort(port));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedOptions.defaults().withRegistryPort(port));
    }

    @Test
    void refusesBlankHosts() {
        // When // Then
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedOptions.defaults().withHosts("", "a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedOptions.defaults().withHosts("a", " "));
    }

    @Test
    void refusesAHeapThatABrokerCannotLiveIn() {
        // When // Then
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedOptions.defaults().withBrokerHeapMegabytes(127));
    }
}

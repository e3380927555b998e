// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptPortsTest {

    private static final String HOST = "127.0.0.1";

    @TempDir
    private Path directory;

    @Test
    void keepsAPortForTheNextStart() {
        // Given
        int first = new KeptPorts(directory).choose("broker", HOST, 0);

        // When
        int second = new KeptPorts(directory).choose("broker", HOST, 0);

        // Then
        assertThat(second).isEqualTo(first).isBetween(20_000, 32_767);
    }

    @Test
    void givenPortReplacesTheKeptOne() {
        // Given
        KeptPorts ports = new KeptPorts(directory);
        ports.choose("broker", HOST, 0);
        int given = ports.choose("other", HOST, 0);

        // When
        ports.choose("broker", HOST, given);

        // Then
        assertThat(new KeptPorts(directory).choose("broker", HOST, 0)).isEqualTo(given);
    }

    @Test
    void choosesAnotherWhenTheKeptOneIsTaken() throws Exception {
        // Given
        int kept = new KeptPorts(directory).choose("broker", HOST, 0);
        try (ServerSocket taken = new ServerSocket(kept, 1, InetAddress.getLoopbackAddress())) {

            // When
            int chosen = new KeptPorts(directory).choose("broker", HOST, 0);

            // Then
            assertThat(chosen).isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void refusesAGivenPortThatIsTaken() throws Exception {
        // Given
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            // When // Then
            assertThatThrownBy(() -> new KeptPorts(directory).choose("broker", HOST, port))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("is in use");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"broker=", "broker=x", "broker=-1", "broker=0", "broker=65536", "broker=99999999999"})
    void ignoresAKeptPortThatIsNone(String text) throws Exception {
        // Given
        Files.writeString(directory.resolve("ports.properties"), text);

        // When // Then
        assertThat(new KeptPorts(directory).choose("broker", HOST, 0)).isBetween(20_000, 32_767);
    }

    @Test
    void namesTheFileThatCannotBeRead() throws Exception {
        // Given
        Files.writeString(directory.resolve("ports.properties"), "broker=\\uZZZZ");

        // When // Then
        assertThatThrownBy(() -> new KeptPorts(directory))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("ports.properties");
    }

    @Test
    void addressThatThisMachineDoesNotHaveIsAnError() {
        // When // Then
        assertThatThrownBy(() -> new KeptPorts(directory).choose("broker", "192.0.2.1", 0))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("192.0.2.1");
    }
}

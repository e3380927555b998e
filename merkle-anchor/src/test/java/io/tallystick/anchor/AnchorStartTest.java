// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with the files of an anchor stage is said before anybody waits for a broker. */
class AnchorStartTest {
    @TempDir
    private Path directory;

    private ServerSocket broker;

    @BeforeEach
    void listen() throws Exception {
        broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
    }

    private void writeKeys() throws Exception {
        Path passphrase = Files.writeString(directory.resolve("passphrase"), "correct horse battery staple\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        for (var key : Map.of("ed25519", TestKeys.checkpointEd25519(), "p256", TestKeys.checkpointP256())
                .entrySet()) {
            try (SigningKey signing = key.getValue()) {
                KeyFile.write(
                        directory.resolve("checkpoint-" + key.getKey() + ".pem"),
                        signing,
                        KeyFile.readPassphrase(passphrase));
            }
        }
    }

    private void refusedBeforeTheBrokerIsAsked(Map<String, String> settings, String words) throws Exception {
        Map<String, Object> properties = Settings.valid(directory);
        properties.put("bootstrap.servers", "127.0.0.1:" + broker.getLocalPort());
        properties.putAll(settings);
        try (AnchorApplication anchor =
                new AnchorApplication(new AnchorConfig(properties), new SimpleMeterRegistry(), fault -> {})) {
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(anchor::start)
                    .withMessageContaining(words);
        }
        broker.setSoTimeout(1);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(broker::accept);
        assertThat(directory.resolve("state")).doesNotExist();
    }

    @Test
    void aKeyFileThatIsMissingIsSaidAtOnce() throws Exception {
        refusedBeforeTheBrokerIsAsked(Map.of(), "cannot open the signing keys");
    }

    @Test
    void aTrustRootThatIsMissingIsSaidAtOnce() throws Exception {
        writeKeys();

        refusedBeforeTheBrokerIsAsked(
                Map.of("ledger.trust.root.file", directory.resolve("none.json").toString()), "ledger.trust.root.file");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryLogTest {

    private static final List<String> TEXTS = List.of("{\"n\":1}", "{\"n\":2,\"s\":\"ß\"}", "{\"n\":3}");

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void writeThreeLines() throws IOException {
        file = directory.resolve("log");
        try (RegistryLog log = RegistryLog.open(file).log()) {
            for (String text : TEXTS) {
                log.append(text);
            }
        }
    }

    @Test
    void readsBackWhatWasAppendedAndGoesOn() throws IOException {
        // When
        try (RegistryLog log = RegistryLog.open(file).log()) {
            log.append("{\"n\":4}");
        }

        // Then
        assertThat(texts()).startsWith(TEXTS.toArray(String[]::new)).endsWith("{\"n\":4}");
    }

    @Test
    void whereverACrashCutsTheLastLineTheOthersRemainAndAppendingGoesOn() throws IOException {
        // Given
        byte[] whole = Files.readAllBytes(file);
        int lastBegin = lastLineBegin(whole);
        for (int length = lastBegin; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));

            // When
            try (RegistryLog log = RegistryLog.open(file).log()) {
                log.append(TEXTS.get(2));
            }

            // Then
            assertThat(Files.readAllBytes(file)).isEqualTo(whole);
        }
    }

    @Test
    void everyFlippedBitInAFinishedLineIsRefused() throws IOException {
        // Given
        byte[] whole = Files.readAllBytes(file);
        int lineEnd = whole.length - 1;
        for (int i = 0; i < lineEnd; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);

            // When // Then
            assertThatThrownBy(this::texts)
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("is damaged");
        }
    }

    @Test
    void removedSwappedAndRepeatedLinesAreRefused() throws IOException {
        // Given
        List<String> lines = Files.readAllLines(file);
        List<List<String>> damaged = List.of(
                List.of(lines.get(1), lines.get(2)),
                List.of(lines.get(0), lines.get(2)),
                List.of(lines.get(1), lines.get(0), lines.get(2)),
                List.of(lines.get(0), lines.get(0), lines.get(1)),
                List.of(lines.get(0), "", lines.get(1)));
        for (List<String> each : damaged) {
            Files.writeString(file, String.join("\n", each) + "\n", UTF_8);

            // When // Then
            assertThatThrownBy(this::texts).isInstanceOf(EmbeddedException.class);
        }
    }

    @Test
    void afterAFailedWriteNothingMoreIsAccepted() throws IOException {
        // Given
        RegistryLog log = RegistryLog.open(file).log();
        log.close();
        assertThatThrownBy(() -> log.append("{}")).isInstanceOf(IOException.class);

        // When // Then
        assertThatThrownBy(() -> log.append("{}"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("start the");
        assertThat(texts()).isEqualTo(TEXTS);
    }

    @Test
    void textOfAnotherVersionIsNotGuessedAt() throws IOException {
        // Given
        try (RegistryLog log = RegistryLog.open(file).log()) {
            log.append("{\"op\":\"delete\"}");
        }

        // When // Then
        assertThatThrownBy(() -> new SchemaRegister(file))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("cannot be replayed");
    }

    private List<String> texts() throws IOException {
        RegistryLog.Opened opened = RegistryLog.open(file);
        opened.log().close();
        return opened.texts();
    }

    private static int lastLineBegin(byte[] text) {
        int i = text.length - 2;
        while (text[i] != '\n') {
            i--;
        }
        return i + 1;
    }
}

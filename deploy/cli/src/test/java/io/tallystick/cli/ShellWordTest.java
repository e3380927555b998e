// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordTest {
    @ParameterizedTest
    @ValueSource(strings = {"p.json", "a/b-c_1.proof.json", "v1/tenant=acme"})
    void whatAShellTakesAsItIsIsNotQuoted(String path) {
        assertThat(ShellWord.of(Path.of(path))).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "it's", "$HOME", "a;b", "a\nb", "~", "*", "#a", "a\\b", "''"})
    @DisabledOnOs(OS.WINDOWS)
    void aShellMakesTheSamePathOfIt(String path) throws Exception {
        // When
        Process shell = new ProcessBuilder("sh", "-c", "printf %s " + ShellWord.of(Path.of(path))).start();

        // Then
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p", "--out"})
    void noPathIsTakenForAnOption(String path) {
        assertThat(ShellWord.of(Path.of(path))).isEqualTo("./" + path);
    }
}

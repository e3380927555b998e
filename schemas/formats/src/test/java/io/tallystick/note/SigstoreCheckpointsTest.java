// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.vectors.Vectors;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints of Rekor v1, good and bad; see vectors/note/README.md. All of them have an extension line. */
class SigstoreCheckpointsTest {
    private static final String EXTENSION = "Timestamp: [0-9]+\n";

    private static String text(String name) {
        return new String(Vectors.bytes("note/sigstore-checkpoints/" + name + ".txt"), StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void refused(String words, byte[] note) {
        assertThatExceptionOfType(NoteException.class)
                .isThrownBy(() -> Checkpoint.parse(SignedNote.parse(note).text()))
                .withMessageContaining(words)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(NoteException.Fault.MALFORMED));
    }

    @ParameterizedTest
    @CsvSource({"valid,1", "valid_multi_sig,2"})
    void aValidOneIsANoteAndWithoutItsExtensionACheckpoint(String name, int signatures) throws NoteException {
        // When
        SignedNote note = SignedNote.parse(utf8(text(name)));
        Checkpoint plain = Checkpoint.parse(
                SignedNote.parse(utf8(text(name).replaceFirst(EXTENSION, ""))).text());

        // Then
        assertThat(note.encode()).isEqualTo(utf8(text(name)));
        assertThat(note.signatures()).hasSize(signatures).first().satisfies(line -> assertThat(line.keyName())
                .isEqualTo("rekor.sigstore.dev"));
        assertThat(plain.origin()).isEqualTo("rekor.sigstore.dev - 2605736670972794746");
        assertThat(plain.head().size()).isEqualTo(37795272);
        refused("a checkpoint has three lines", utf8(text(name)));
    }

    @ParameterizedTest
    @CsvSource({
        "error_header_body_separator,no empty line before the signatures",
        "error_header_count,a checkpoint has three lines",
        "error_no_newline_after_signature,the last signature line does not end",
        "error_no_signatures,the last signature line does not end",
        "error_not_a_number,tree size is not a decimal number",
        "error_signature_format_invalid,not a signature line",
        "error_signature_length_insufficient,is not base64"
    })
    void aBrokenOneIsRefusedForItsOwnReason(String name, String words) {
        refused(words, utf8(text(name).replaceFirst(EXTENSION, "")));
    }

    /** The published one is also cut amid four digits of base64. */
    @Test
    void aLineWithAKeyIdAloneHasNoSignature() {
        String whole = text("error_signature_length_insufficient").replace("wNI9aj\n", "wNI9ag==\n");

        refused("has no signature", utf8(whole.replaceFirst(EXTENSION, "")));
    }
}

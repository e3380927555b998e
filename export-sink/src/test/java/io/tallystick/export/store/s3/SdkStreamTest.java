// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class SdkStreamTest {
    private static InputStream stream(Long length) {
        return new SdkStream(new ByteArrayInputStream(new byte[5]), length);
    }

    @Test
    void anObjectThatIsCutShortIsAnError() throws IOException {
        try (InputStream cut = stream(8L)) {
            assertThat(cut.read()).isZero();
            assertThat(cut.skip(2)).isEqualTo(2);
            assertThatThrownBy(cut::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessage("object ended after 5 of 8 bytes");
        }
        try (InputStream cut = stream(6L)) {
            assertThat(cut.skip(5)).isEqualTo(5);
            assertThatThrownBy(cut::read).isInstanceOf(IOException.class).hasMessage("object ended after 5 of 6 bytes");
        }
    }

    @Test
    void allThatWasAnnouncedIsRead() throws IOException {
        try (InputStream whole = stream(5L);
                InputStream unknown = stream(null)) {
            assertThat(whole.skip(2)).isEqualTo(2);
            assertThat(whole.readAllBytes()).hasSize(3);
            assertThat(unknown.readAllBytes()).hasSize(5);
        }
    }
}

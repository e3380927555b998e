// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FetchedStreamTest {
    /** Takes {@link UncheckedIOException} for the store's. */
    private record Io() implements Attempts.Faults {
        @Override
        public boolean isOfStore(RuntimeException fault) {
            return fault instanceof UncheckedIOException;
        }

        @Override
        public boolean isPassing(RuntimeException fault) {
            return false;
        }

        @Override
        public IOException explain(String request, RuntimeException fault) {
            return new IOException(request, fault);
        }
    }

    private static InputStream stream(Long length) {
        return new FetchedStream(new ByteArrayInputStream(new byte[5]), length, new Io());
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

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void onlyFaultsOfTheStoreAreTold(boolean ofStore) {
        // Given
        InputStream failing = new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public int read(byte[] buffer, int offset, int length) {
                throw ofStore ? new UncheckedIOException(new IOException("gone")) : new IllegalStateException("a bug");
            }
        };

        // When / Then
        assertThatThrownBy(() -> new FetchedStream(failing, null, new Io()).readNBytes(1))
                .isInstanceOf(ofStore ? IOException.class : IllegalStateException.class);
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

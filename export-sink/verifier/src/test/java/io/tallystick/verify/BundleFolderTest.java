// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleFolderTest {
    @TempDir
    private Path root;

    private void files(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Files.createFile(root.resolve("f" + i));
        }
    }

    @Test
    void asManyFilesAsAreAllowedAreListed() throws IOException {
        // Given
        files(5);

        // When
        BundleFolder folder = new BundleFolder(root, 5);

        // Then
        assertThat(folder.sizes()).hasSize(5);
        assertThat(folder.strange()).isEmpty();
    }

    @Test
    void listingEndsAtTheFirstFileTooManyAndSaysSo() throws IOException {
        // Given
        files(9);

        // When
        BundleFolder folder = new BundleFolder(root, 5);

        // Then
        assertThat(folder.sizes()).hasSize(5);
        assertThat(folder.strange()).hasSize(1).containsValue("more than 5 files in the folder");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.tree.Hash;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleLayoutTest {
    private static final Instant START = Instant.parse("2026-11-21T03:15:00Z");

    @Test
    void namesAreThoseOfTheLayout() {
        String zeros = Hash.ZERO.toString();
        assertThat(BundleLayout.bundleDir("acme", START))
                .isEqualTo("v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z");
        assertThat(BundleLayout.registryDir(START))
                .isEqualTo("v1/registry/dt=2026-11-21/window_start=20261121T031500Z");
        assertThat(BundleLayout.anchorsDir(START, 4)).isEqualTo("v1/anchors/dt=2026-11-21/4");
        assertThat(BundleLayout.keyFile(zeros)).isEqualTo("v1/keys/" + zeros + ".pem");
        assertThat(BundleLayout.trustRoot(1)).isEqualTo("v1/trust-root-1.json");
        assertThat(BundleLayout.dataFile(3, 0)).isEqualTo("chain-0003-00000.ndjson");
        assertThat(BundleLayout.chainCheckpoint(9_999)).isEqualTo("checkpoints/chain-9999");
        assertThat(BundleLayout.schema(Hash.ZERO)).isEqualTo("schemas/" + zeros + ".avsc");
    }

    @Test
    void namesAreReadBack() {
        assertThat(BundleLayout.parseDataFile("chain-0003-00012.ndjson"))
                .contains(new BundleLayout.DataFileName(3, 12));
        assertThat(BundleLayout.parseChainCheckpoint("checkpoints/chain-0042")).contains(42);
        assertThat(BundleLayout.parseSchema(BundleLayout.schema(Hash.ZERO))).contains(Hash.ZERO);
        assertThat(BundleLayout.windowStart("dt=2026-11-21", "window_start=20261121T031500Z"))
                .contains(START);
    }

    @ParameterizedTest
    @CsvSource({
        "dt=2026-11-22,window_start=20261121T031500Z",
        "dt=2026-11-21,window_start=20261121T0315Z",
        "dt=2026-11-21,window_start=20261121T316100Z",
        "dt=2026-02-30,window_start=20260230T031500Z",
        "2026-11-21,window_start=20261121T031500Z",
        "dt=2026-11-21,window_start=20261121T031500Z.bak",
    })
    void foldersThatAreNoWindowAreNotTakenForOne(String date, String start) {
        assertThat(BundleLayout.windowStart(date, start)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "..",
                "../x",
                "a/../b",
                "a/./b",
                ".hidden",
                "a/.hidden",
                "a//b",
                "a/",
                "a\\b",
                "a b",
                "a\nb",
                "a\0b",
                "C:x",
                "~",
                "a/é",
                "checkpoints/chain-0001/..",
                "*"
            })
    void pathsThatCouldLeaveTheFolderOrFoolAShellAreRefused(String path) {
        assertThat(BundleLayout.isPath(path)).isFalse();
    }

    @Test
    void pathsOverTheLimitAreRefused() {
        assertThat(BundleLayout.isPath("a".repeat(255))).isTrue();
        assertThat(BundleLayout.isPath("a".repeat(256))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chain-3-00000.ndjson",
                "chain-0003-0.ndjson",
                "chain-0003-00000.ndjson.zst",
                "chain-10000-00000.ndjson",
                "x/chain-0003-00000.ndjson",
                "chain-000a-00000.ndjson"
            })
    void namesThatAreNoDataFilesAreNotTakenForOne(String name) {
        assertThat(BundleLayout.parseDataFile(name)).isEmpty();
    }

    @Test
    void whatCannotBeNamedIsRefused() {
        assertThatThrownBy(() -> BundleLayout.bundleDir("Acme", START)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BundleLayout.bundleDir("a/b", START)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BundleLayout.dataFile(10_000, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BundleLayout.dataFile(0, 100_000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BundleLayout.chainCheckpoint(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BundleLayout.windowDir(START.plusMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BundleLayout.keyFile("../key")).isInstanceOf(IllegalArgumentException.class);
    }
}

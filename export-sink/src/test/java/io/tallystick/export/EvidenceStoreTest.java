// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What names a store to read from. */
class EvidenceStoreTest {
    private static final EvidenceStore.Access NONE =
            new EvidenceStore.Access(Optional.empty(), Optional.empty(), false);
    private static final EvidenceStore.Access ENDPOINT =
            new EvidenceStore.Access(Optional.of("https://account.blob.core.windows.net"), Optional.empty(), false);

    @Test
    void aUrlIsEnough() {
        assertThat(EvidenceStore.at("s3://evidence/ledger", NONE, Map.of())).hasToString("s3://evidence/ledger");
        assertThat(EvidenceStore.at("azure://evidence", ENDPOINT, Map.of())).hasToString("azure://evidence");
    }

    @Test
    void aConfigurationNamesTheLedgersOwn() {
        assertThat(EvidenceStore.of(Map.of("ledger.export.store", "s3://evidence"))
                        .directory())
                .isEmpty();
        assertThat(EvidenceStore.of(Map.of("ledger.export.directory", "bucket")).directory())
                .hasValue(Path.of("bucket"));
    }

    @Test
    void aUrlTakesThePlaceOfTheStoreThatIsConfigured() {
        Map<String, String> properties =
                Map.of("ledger.export.directory", "bucket", "ledger.export.azure.connection.string.file", "connection");

        assertThat(EvidenceStore.at("azure://evidence", NONE, properties)).hasToString("azure://evidence");
        assertThat(EvidenceStore.at("azure://evidence", ENDPOINT, properties).directory())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://",
                "s3://bucket?versionId=1",
                "s3://bucket/../other",
                "s3://bucket/a//b",
                "s3://buck et",
                "azure://evidence",
                "azure://Evidence"
            })
    void whatNamesNoStoreIsRefused(String url) {
        assertThatThrownBy(() -> EvidenceStore.at(url, NONE, Map.of())).isInstanceOf(ConfigException.class);
    }

    @Test
    void anEndpointThatTokensMustNotGoToIsRefused() {
        EvidenceStore.Access plain =
                new EvidenceStore.Access(Optional.of("http://account.example"), Optional.empty(), false);

        assertThatThrownBy(() -> EvidenceStore.at("azure://evidence", plain, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("https");
    }

    @Test
    void whatIsOfS3IsRefusedForAzure() {
        EvidenceStore.Access region = new EvidenceStore.Access(ENDPOINT.endpoint(), Optional.of("eu-central-1"), false);

        assertThatThrownBy(() -> EvidenceStore.at("azure://evidence", region, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("of S3");
    }

    @Test
    void aConfigurationWithoutAStoreIsRefused() {
        assertThatThrownBy(() -> EvidenceStore.of(Map.of())).isInstanceOf(ConfigException.class);
    }

    @Test
    void otherUrlsAreNoBuckets() {
        assertThat(EvidenceStore.isUrl("s3://b")).isTrue();
        assertThat(EvidenceStore.isUrl("https://b")).isFalse();
        assertThat(EvidenceStore.isUrl("bucket")).isFalse();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.decode.Decoder;
import io.tallystick.topic.LedgerSettings;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;

/** Configuration of ingest: the keys all stages share and those below. */
public final class IngestConfig extends AbstractConfig {
    public static final String EVENT_BYTES_MAX = "ledger.event.max.bytes";
    public static final String IN_FLIGHT_BYTES_MAX = "ledger.ingest.in.flight.max.bytes";

    /** The keys, with types, defaults and documentation. */
    public static final ConfigDef DEFINITION = LedgerSettings.define(new ConfigDef())
            .define(
                    EVENT_BYTES_MAX,
                    ConfigDef.Type.INT,
                    Decoder.EVENT_BYTES_MAX,
                    Range.between(1, Decoder.EVENT_BYTES_MAX),
                    Importance.MEDIUM,
                    "Largest value of a source record in bytes, as produced. A larger one is refused with"
                            + " value-too-large: its digest is recorded, its bytes are not.")
            .define(
                    IN_FLIGHT_BYTES_MAX,
                    ConfigDef.Type.LONG,
                    64L * 1024 * 1024,
                    Range.between(8L * 1024 * 1024, 1024L * 1024 * 1024),
                    Importance.LOW,
                    "Bytes of source records sent to ledger.ingest and not yet acknowledged, above which ingest stops"
                            + " reading until half of them are.");

    private final LedgerSettings settings;

    /**
     * Reads the configuration.
     *
     * @param properties values by key; unknown keys are ignored
     * @throws org.apache.kafka.common.config.ConfigException if a value is missing, or out of its range
     */
    public IngestConfig(Map<String, ?> properties) {
        super(DEFINITION, properties, false);
        this.settings = LedgerSettings.of(this);
    }

    /** What all stages of the ledger share. */
    public LedgerSettings settings() {
        return settings;
    }

    int eventBytesMax() {
        return getInt(EVENT_BYTES_MAX);
    }

    long inFlightBytesMax() {
        return getLong(IN_FLIGHT_BYTES_MAX);
    }
}

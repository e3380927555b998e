// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.ContextHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Source records with valid defaults: record 7 of acme/3. */
public final class Records {
    public static final SourcePartition SOURCE =
            new SourcePartition("cluster-1", "ledger.in.acme", "topic-id-1", new ChainId("acme", 3));

    private SourcePartition source = SOURCE;
    private Optional<Bytes> key = Optional.empty();
    private Optional<Bytes> value = Optional.of(Bytes.utf8("{\"n\":1}"));
    private long timestampMs = 1_700_000_000_123L;
    private final List<ContextHeader> headers = new ArrayList<>();

    private Records() {}

    public static Records plain() {
        return new Records();
    }

    /** A valid CloudEvent in the binary mode. */
    static Records cloudEvent() {
        return plain().header("ce_specversion", "1.0")
                .header("ce_id", "e-1")
                .header("ce_source", "/orders")
                .header("ce_type", "order.placed")
                .header("content-type", "application/json");
    }

    static Records structured(String json) {
        return plain().value(json).header("content-type", "application/cloudevents+json; charset=UTF-8");
    }

    Records value(byte[] bytes) {
        value = Optional.ofNullable(bytes).map(Bytes::of);
        return this;
    }

    public Records value(String text) {
        return value(text.getBytes(UTF_8));
    }

    public Records nullValue() {
        value = Optional.empty();
        return this;
    }

    public Records key(String text) {
        key = Optional.of(Bytes.utf8(text));
        return this;
    }

    public Records header(String name, String text) {
        return header(name, text.getBytes(UTF_8));
    }

    Records header(String name, byte[] bytes) {
        headers.add(new ContextHeader(name, Optional.ofNullable(bytes).map(Bytes::of)));
        return this;
    }

    Records without(String name) {
        headers.removeIf(header -> header.name().equals(name));
        return this;
    }

    Records tenant(String tenant) {
        source = new SourcePartition("cluster-1", "ledger.in." + tenant, "topic-id-1", new ChainId(tenant, 3));
        return this;
    }

    public Records timestampMs(long timestamp) {
        timestampMs = timestamp;
        return this;
    }

    public SourceRecord build() {
        return new SourceRecord(source, 7, OptionalInt.of(2), timestampMs, key, headers, value);
    }
}

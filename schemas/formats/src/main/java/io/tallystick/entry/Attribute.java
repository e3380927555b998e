// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

/** An attribute of an event that an entry or a context holds, with its limit. */
public enum Attribute {
    /** The event's identity, as produced. */
    ID("id", 512),
    /** Who made it: CloudEvents source. */
    PRODUCER("producer", 512),
    /** What kind of event it is. */
    TYPE("type", 256),
    /** Content type of the payload. */
    MEDIA("media", 255),
    /** When it happened, by the producer's claim. */
    TIME("time", 64),
    /** A reason code. */
    REASON("reason", 64),
    /** What it is about; in the context. */
    SUBJECT("subject", 1024),
    /** Who did it; in the context. */
    ACTOR("actor", 512);

    private final String label;
    private final int bytesMax;

    Attribute(String label, int bytesMax) {
        this.label = label;
        this.bytesMax = bytesMax;
    }

    /** The name of the member that holds it. */
    public String label() {
        return label;
    }

    /** The greatest number of bytes of the JCS text between the quotes. */
    public int bytesMax() {
        return bytesMax;
    }
}

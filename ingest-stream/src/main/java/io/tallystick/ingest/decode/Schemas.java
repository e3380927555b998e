// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

/** The schemas a decoder may ask for. Answers at once, from what is known now. */
@FunctionalInterface
public interface Schemas {
    /** The schema of this registry id; {@link Lookup.Pending} while the registry has not answered. */
    Lookup byId(int id);

    /** What is known of a schema id. */
    sealed interface Lookup {
        /** The registry has it and it can be used. */
        record Found(RegisteredSchema schema) implements Lookup {}

        /**
         * There is no such schema, or none the ledger takes.
         *
         * @param detail why, as the end of a sentence: "is not in the schema registry"
         */
        record Unknown(String detail) implements Lookup {}

        /** Not known yet. */
        record Pending() implements Lookup {}
    }
}

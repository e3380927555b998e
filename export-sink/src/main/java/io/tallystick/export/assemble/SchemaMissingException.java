// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.entry.SchemaRef;
import java.io.IOException;

/**
 * The schema registry answers, but not with the text an entry names. It concerns the tenant whose entry that is and
 * nobody else, and lasts until somebody puts the text back.
 */
public final class SchemaMissingException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient SchemaRef schema;

    /**
     * @param schema what the entry names
     * @param message what the registry answered
     */
    public SchemaMissingException(SchemaRef schema, String message) {
        super(message);
        this.schema = schema;
    }

    /** As {@link #SchemaMissingException(SchemaRef, String)}, with the registry's fault. */
    public SchemaMissingException(SchemaRef schema, String message, Throwable cause) {
        super(message, cause);
        this.schema = schema;
    }

    /** What the entry names. */
    public SchemaRef schema() {
        return schema;
    }
}

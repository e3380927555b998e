// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

/** Setting up a ledger, or a change of a tenant, is refused; what was there is as it was. Says what is in the way and what to do about it. */
public final class RefusedChangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message what is in the way
     * @param remedy what the administrator can do
     */
    public RefusedChangeException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    RefusedChangeException(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** What the administrator can do. */
    public String remedy() {
        return remedy;
    }
}

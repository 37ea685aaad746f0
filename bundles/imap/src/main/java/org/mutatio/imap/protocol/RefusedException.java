package org.mutatio.imap.protocol;

/// Ends the current command with an answer. For the peer only; what we want to know is logged where it is thrown.
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    public RefusedException(Answer answer) {
        super(answer.toString(), null, false, false);
        this.answer = answer;
    }

    public static RefusedException no(String code, String text) {
        return new RefusedException(Answer.no(code, text));
    }

    public static RefusedException bad(String code, String text) {
        return new RefusedException(Answer.bad(code, text));
    }

    public static RefusedException bad(String text) {
        return new RefusedException(Answer.bad(text));
    }

    public Answer answer() {
        return answer;
    }
}

package org.mutatio.toml;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Leaves out what tomlj 2.2.0 reads in cubic time: lines in a row that are blank or a comment. 1,600 of them took it
/// ten seconds. The others keep the numbers of their lines.
final class LongRuns {

    private static final int MOST = 20;
    private static final Pattern LINE = Pattern.compile("\\bline (\\d{1,7}), column");

    private enum State {
        PLAIN,
        BASIC_LINES,
        LITERAL_LINES
    }

    private final String source;
    private final StringBuilder kept = new StringBuilder();
    private final List<Integer> numbers = new ArrayList<>(); // of the kept lines in the file
    private int lines;

    private LongRuns(String source) {
        this.source = source;
    }

    static LongRuns of(String text) {
        LongRuns runs = new LongRuns(text);
        runs.read();
        return runs;
    }

    /// What is to be parsed.
    String text() {
        return kept.toString();
    }

    /// @param line of [#text], from 1
    /// @return its number in the file
    int number(int line) {
        return line <= numbers.size() ? numbers.get(line - 1) : lines + line - numbers.size();
    }

    /// A message of the parser, with the numbers of the file's lines.
    String message(String said) {
        Matcher found = LINE.matcher(said);
        return found.replaceAll(match -> "line " + number(Integer.parseInt(match.group(1))) + ", column");
    }

    private void read() {
        State state = State.PLAIN;
        int run = 0;
        for (int at = 0; at < source.length(); ) {
            int newline = source.indexOf('\n', at);
            int end = newline < 0 ? source.length() : newline + 1;
            lines++;
            boolean idle = state == State.PLAIN && newline >= 0 && isIdle(at, newline);
            run = idle ? run + 1 : 0;
            if (run <= MOST) {
                kept.append(source, at, end);
                numbers.add(lines);
            }
            state = idle ? state : behind(at, end, state);
            at = end;
        }
    }

    /// Blank, or a comment without a fault that the parser should tell.
    private boolean isIdle(int from, int newline) {
        int end = newline > from && source.charAt(newline - 1) == '\r' ? newline - 1 : newline;
        boolean comment = false;
        for (int i = from; i < end; i++) {
            char c = source.charAt(i);
            comment |= c == '#';
            boolean blank = c == ' ' || c == '\t';
            if (!blank && (!comment || c < ' ' || c == 0x7F)) {
                return false;
            }
        }
        return true;
    }

    /// Whether a string of several lines is open behind that line.
    private State behind(int from, int end, State before) {
        State state = before;
        for (int at = from; at < end; ) {
            char c = source.charAt(at);
            switch (state) {
                case PLAIN -> {
                    if (c == '#') {
                        return state;
                    }
                    if (source.startsWith("\"\"\"", at)) {
                        state = State.BASIC_LINES;
                        at += 3;
                    } else if (source.startsWith("'''", at)) {
                        state = State.LITERAL_LINES;
                        at += 3;
                    } else {
                        at = c == '"' || c == '\'' ? closed(at, end) : at + 1;
                    }
                }
                case BASIC_LINES, LITERAL_LINES -> {
                    String quotes = state == State.BASIC_LINES ? "\"\"\"" : "'''";
                    if (c == '\\' && state == State.BASIC_LINES) {
                        at += 2;
                    } else if (source.startsWith(quotes, at)) {
                        at += 3;
                        for (int i = 0; i < 2 && at < end && source.charAt(at) == c; i++) {
                            at++; // up to two quotes may stand before the closing ones
                        }
                        state = State.PLAIN;
                    } else {
                        at++;
                    }
                }
            }
        }
        return state;
    }

    /// Behind a string of one line.
    private int closed(int open, int end) {
        char quote = source.charAt(open);
        for (int at = open + 1; at < end; at++) {
            char c = source.charAt(at);
            if (c == '\\' && quote == '"') {
                at++;
            } else if (c == quote) {
                return at + 1;
            }
        }
        return end;
    }
}

/**
 * A small program beside each kernel. It waits for the end of its input, which is the end of the kernel or of the
 * emulator, whatever ended it, and then kills all that is left: by session, and on Linux by the marker in the
 * environment. It is a shell script, because it has to survive the runtime that starts it and costs next to nothing.
 *
 * Parameters: the marker and the directory to remove. Lines `+ pid` and `- pid` say which session leaders are alive
 * now: the number of one that has gone may be another's today. Twice without a finding, because a process that is
 * just replacing its program shows no environment.
 */
export const guard = `
marker=$1 directory=$2 leaders=' '
while read -r change pid; do
  case $change in
    +) leaders="$leaders$pid " ;;
    -) leaders="\${leaders%%" $pid "*} \${leaders#*" $pid "}" ;;
  esac
done

for leader in $leaders; do kill -9 -- "-$leader"; done
set -- $leaders
sessions=$(IFS='|'; echo "$*")
members() {
  {
    grep -slF "$marker" /proc/[0-9]*/environ
    grep -slE "\\) [^ZX] [0-9]+ [0-9]+ ($sessions) " /proc/[0-9]*/stat
  } | while IFS=/ read -r _ _ pid _; do echo "$pid"; done
}
empty=0 rounds=0
while [ -r /proc/self/environ ] && [ $rounds -lt 2000 ]; do
  found=$(members)
  if [ -n "$found" ]; then
    kill -9 $found
    empty=0
  else
    [ $empty = 0 ] || break
    empty=1
  fi
  rounds=$((rounds + 1))
  sleep 0.01
done
rm -rf "$directory"
`

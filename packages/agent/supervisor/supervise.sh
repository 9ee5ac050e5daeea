#!/bin/sh
# Runs one training program on behalf of an agent, and goes on with it when the agent is gone.
#
#   supervise.sh FOLDER LEASE CGROUP COMMAND...
#
# FOLDER holds what the two share; the agent makes `pipe` and `exit` beforehand:
#   pipe        what the program prints, on its way
#   output      what it has printed, appended
#   launcher    what its launcher says of itself
#   supervisor  "PID START_TICKS DRAIN_PID": this process, and the one that empties the pipe
#   exit        eight bytes: blanks while the program runs, then its exit code, or "expired"
# LEASE is a file with the second, since the machine's start, until which the program may run without a word from an
# agent. Agents write it anew again and again; when none does, everything ends here, before the job starts elsewhere.
# CGROUP is the group that holds the program's processes; "tag" where only their variables tell them, "namespace"
# where they all end with their launcher.
# FLEETUNE_TAG_ATTEMPT and FLEETUNE_TAG_AGENT mark the program's processes, and not those of this script.
#
# A shell, because it is on every machine, starts in a millisecond and is small. All of it is read before any of it
# runs, so an upgrade may replace the file.

identify() {
  shift 19
  _start_ticks=$1
}

# Empties the pipe, whatever happens to the disk: a program must not wait for that.
drain() {
  exec 3<"$_folder/pipe"
  until cat <&3 >>"$_folder/output" 2>/dev/null; do
    timeout 1 cat <&3 >/dev/null
    [ $? -eq 124 ] || break
    echo 'fleetune: the disk took no more; output is missing here' >>"$_folder/output"
  done 2>/dev/null
}

# The pids of the program's processes that are outside of a namespace, and of its launcher.
members() {
  if [ "$_cgroup" = tag ]; then
    for _variables in $(grep -lasF "FLEETUNE_ATTEMPT=$_tag_attempt" /proc/[0-9]*/environ); do
      _variables=${_variables#/proc/}
      echo "${_variables%/environ}"
    done
  elif [ "$_cgroup" != namespace ]; then
    cat "$_cgroup/cgroup.procs"
  fi
}

# Ends every process of the program, and those that it starts meanwhile.
end_all() {
  for _again in 1 2 3; do
    [ ! -e "$_cgroup/cgroup.kill" ] || echo 1 >"$_cgroup/cgroup.kill"
    for _pid in $(members); do kill -KILL "$_pid"; done
  done 2>/dev/null
}

end_launcher() {
  read -r _self _ </proc/self/stat
  read -r _children <"/proc/$$/task/$$/children"
  for _pid in $_children; do
    [ "$_pid" = "$_self" ] || [ "$_pid" = "$_drain" ] || kill -KILL "$_pid" 2>/dev/null
  done
}

# Waits until the lease is over, however often it is renewed.
watch_lease() {
  while kill -0 $$ 2>/dev/null; do
    _until=0
    read -r _until _ 2>/dev/null <"$_lease"
    read -r _now _ </proc/uptime
    _left=$((${_until:-0} - ${_now%.*} - 1))
    if [ "$_left" -le 0 ]; then
      printf 'expired\n' 1<>"$_folder/exit"
      end_launcher
      end_all
      return
    fi
    sleep "$_left"
  done
  # Nobody waits for what empties the pipe any more, and an agent may have held it back.
  kill -CONT 0
}

supervise() {
  _folder=$1 _lease=$2 _cgroup=$3
  shift 3
  exec 2>>"$_folder/launcher" </dev/null
  _tag_attempt=$FLEETUNE_TAG_ATTEMPT _tag_agent=$FLEETUNE_TAG_AGENT
  unset FLEETUNE_TAG_ATTEMPT FLEETUNE_TAG_AGENT
  drain &
  _drain=$!
  read -r _stat <"/proc/$$/stat"
  # shellcheck disable=SC2086 # its fields
  identify ${_stat##*) }
  echo "$$ $_start_ticks $_drain" >"$_folder/supervisor"
  watch_lease &
  FLEETUNE_ATTEMPT=$_tag_attempt FLEETUNE_AGENT=$_tag_agent "$@" >"$_folder/pipe"
  _code=$?
  read -r _state <"$_folder/exit"
  [ "$_state" = expired ] || printf '%-7s\n' "$_code" 1<>"$_folder/exit"
  [ "$_cgroup" = namespace ] || end_all
  # An agent may have held it back.
  kill -CONT 0
  wait "$_drain"
  # The rest of the group: the one that sleeps.
  trap '' TERM
  kill -TERM 0
}

supervise "$@"; exit "$_code"

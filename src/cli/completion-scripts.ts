/** The shells' side of completion: each hands the words of the line to `classbook __complete` and offers what it answers. */

const BASH = `# Completion of classbook for bash. How to install it: classbook completion --help
_classbook() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() i last=-1 word gap before=""
  # bash takes = : @ for ends of words: what stands together is put together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    gap=\${rest%%[![:space:]]*}
    rest=\${rest#"$gap"}
    word=\${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && word=$rest
    rest=\${rest#"$word"}
    if ((i == 0)) || [[ -n $gap ]]; then
      last=$((last + 1))
      words[last]=$word
      before=""
    else
      before=\${words[last]}
      words[last]+=$word
    fi
  done
  # A word that is nothing but such an end stays as it is: what comes goes behind it.
  [[ $word == [=:@] ]] && before=\${words[last]}
  words=("\${words[@]//[\\"\\'\\\\]/}")
  local answer files=""
  COMPREPLY=()
  while IFS=$'\\t' read -r answer _; do
    if [[ $answer == :files ]]; then files=yes; else COMPREPLY+=("\${answer#"$before"}"); fi
  done < <("\${words[0]/#\\~/$HOME}" __complete "\${words[@]:1}" 2>/dev/null)
  [[ -z $files ]] && return
  compopt -o filenames 2>/dev/null
  word=\${words[last]}
  while IFS= read -r answer; do COMPREPLY+=("$answer"); done < <(compgen -f -- "\${word#"$before"}")
}
complete -o nosort -F _classbook classbook 2>/dev/null || complete -F _classbook classbook
`;

const ZSH = `#compdef classbook
# Completion of classbook for zsh. How to install it: classbook completion --help
_classbook() {
  local -a answers offered
  local answer word files=""
  answers=("\${(@f)$("\${(Q)words[1]}" __complete "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for answer in $answers; do
    word=\${answer%%$'\\t'*}
    if [[ $answer == :files ]]; then
      files=yes
    elif [[ $answer == *$'\\t'* ]]; then
      offered+=("\${word//:/\\\\:}:\${answer#*$'\\t'}")
    elif [[ -n $word ]]; then
      offered+=("\${word//:/\\\\:}")
    fi
  done
  # Models have capitals, and are typed without.
  (($#offered)) && _describe -V classbook offered -M 'm:{[:lower:]}={[:upper:]}'
  if [[ -n $files ]]; then
    compset -P '--*='
    _files
  fi
}
if [[ "$funcstack[1]" == _classbook ]]; then
  _classbook "$@"
else
  compdef _classbook classbook
fi
`;

const FISH = `# Completion of classbook for fish. How to install it: classbook completion --help
function __classbook_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    test (count $current) -eq 0; and set current ''
    for answer in ($words[1] __complete $words[2..-1] $current 2>/dev/null)
        if test "$answer" = ':files'
            set -l parts (string match -r '^(--[^=]+=)(.*)$' -- $current)
            if test (count $parts) -eq 3
                string replace -r '^' -- $parts[2] (__fish_complete_path $parts[3])
            else
                __fish_complete_path $current
            end
        else
            printf '%s\\n' $answer
        end
    end
end
complete -c classbook -f -k -a '(__classbook_complete)'
`;

/** By the shell's name. */
export const COMPLETION_SCRIPTS: Record<string, string> = { bash: BASH, zsh: ZSH, fish: FISH };
